#!/bin/sh
# Run with NOMAD_ADDR and a management token in NOMAD_TOKEN: lets jobs of a GitHub repository log in to Nomad.
#   sh examples/ci/nomad-login.sh ORGANIZATION/REPOSITORY
# First write the cluster's address, as the stacks name it, into BoundAudiences of nomad-login.json.
# A second run brings method and policies up to date and keeps the rules that are there.
set -eu
here=$(dirname "$0")

refuse() {
  echo "$1" >&2
  exit 1
}

case ${1-} in
  ?*/?*) repository=$1 ;;
  *) refuse 'Usage: sh examples/ci/nomad-login.sh ORGANIZATION/REPOSITORY' ;;
esac
if grep -q 'nomad\.example\.com' "$here/nomad-login.json"; then
  refuse "BoundAudiences in $here/nomad-login.json is still an example. Write the address of your Nomad there, as the stacks name it (nomad:address). Nothing was changed"
fi

nomad acl auth-method create -name=github -type=JWT -token-locality=local -max-token-ttl=1h \
  -token-name-format='${auth_method_name} ${value.repository} ${value.ref}' -config=@"$here/nomad-login.json"

# What each rule of the method gives, and to whom.
rules=$(nomad acl binding-rule list -t '{{range .}}{{if eq .AuthMethod "github"}}{{.ID}}{{"\n"}}{{end}}{{end}}' |
  while read -r id; do
    [ -z "$id" ] || nomad acl binding-rule info -t '{{.BindName}} {{.Selector}}{{"\n"}}' "$id"
  done)

# Gives jobs whose claims meet the condition the smallest policy of a stack.
allow() {
  stack=$1 kind=$2
  selector="value.repository == \"$repository\" and $3"
  npm run --silent policy -- "$kind" --stack "$stack" | nomad acl policy apply "$stack-$kind" -
  if printf '%s\n' "$rules" | grep -qxF "$stack-$kind $selector"; then
    echo "The rule for $stack-$kind is there"
  else
    nomad acl binding-rule create -auth-method=github -bind-type=policy -bind-name="$stack-$kind" -selector="$selector"
  fi
}

allow staging preview 'value.event == "pull_request"'
allow staging deploy 'value.environment == "staging" and value.ref == "refs/heads/main"'
allow prod deploy 'value.environment == "production" and value.ref == "refs/heads/main"'
