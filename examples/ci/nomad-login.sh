#!/bin/sh
# Run once, with NOMAD_ADDR and a management token in NOMAD_TOKEN: lets jobs of a GitHub repository log in to Nomad.
#   sh examples/ci/nomad-login.sh ORGANIZATION/REPOSITORY
# First write the cluster's address, as the stacks name it, into BoundAudiences of nomad-login.json.
set -eu
repository=$1
here=$(dirname "$0")

nomad acl auth-method create -name=github -type=JWT -token-locality=local -max-token-ttl=1h \
  -token-name-format='${auth_method_name} ${value.repository} ${value.ref}' -config=@"$here/nomad-login.json"

# Gives jobs whose claims meet the condition the smallest policy of a stack.
allow() {
  stack=$1 kind=$2 condition=$3
  npm run --silent policy -- "$kind" --stack "$stack" | nomad acl policy apply "$stack-$kind" -
  nomad acl binding-rule create -auth-method=github -bind-type=policy -bind-name="$stack-$kind" \
    -selector="value.repository == \"$repository\" and $condition"
}

allow staging preview 'value.event == "pull_request"'
allow staging deploy 'value.environment == "staging" and value.ref == "refs/heads/main"'
allow prod deploy 'value.environment == "production" and value.ref == "refs/heads/main"'
