#!/bin/sh
# Run with NOMAD_ADDR and a management token in NOMAD_TOKEN: lets jobs of a GitHub repository log in to Nomad.
#   sh examples/ci/nomad-login.sh ORGANIZATION/REPOSITORY [--submit-job] [--auth-method NAME]
# First write the cluster's address, as the stacks name it, into BoundAudiences of nomad-login.json.
# A second run brings method and policies up to date and keeps the rules that are there.
set -eu
here=$(dirname "$0")
usage='Usage: sh examples/ci/nomad-login.sh ORGANIZATION/REPOSITORY [--submit-job] [--auth-method NAME]
  --submit-job: for Nomad before 1.11.2, which does not know the parts of submit-job.
  --auth-method: a name for the auth method; github-ORGANIZATION-REPOSITORY unless given.'

refuse() {
  echo "$1" >&2
  exit 1
}

case ${1-} in
  ?*/?*) repository=$1 ;;
  *) refuse "$usage" ;;
esac
shift
# Of this repository alone: another one's method on the cluster may have other audiences.
method=github-$(printf %s "$repository" | tr -c 'A-Za-z0-9' '-')
submit_job=
while [ $# -gt 0 ]; do
  case $1 in
    --submit-job) submit_job=--submit-job ;;
    --auth-method)
      shift
      method=${1-}
      ;;
    *) refuse "$usage" ;;
  esac
  [ $# -eq 0 ] || shift
done
case $method in
  '' | *[!A-Za-z0-9-]*) refuse "--auth-method is \"$method\" and must be letters, digits and -. Nothing was changed" ;;
esac
if grep -q 'nomad\.example\.com' "$here/nomad-login.json"; then
  refuse "BoundAudiences in $here/nomad-login.json is still an example. Write the address of your Nomad there, as the stacks name it (nomad:address). Nothing was changed"
fi

nomad acl auth-method create -name="$method" -type=JWT -token-locality=local -max-token-ttl=1h \
  -token-name-format='github ${value.repository} ${value.ref}' -config=@"$here/nomad-login.json"

# What each rule of the method gives, and to whom.
ids=$(nomad acl binding-rule list -t "{{range .}}{{if eq .AuthMethod \"$method\"}}{{.ID}}{{\"\\n\"}}{{end}}{{end}}")
rules=$(for id in $ids; do
  nomad acl binding-rule info -t '{{.BindName}} {{.Selector}}{{"\n"}}' "$id" || exit 1
done)

# Gives jobs whose claims meet the condition the smallest policy of a stack.
allow() {
  stack=$1 kind=$2
  selector="value.repository == \"$repository\" and $3"
  # Nomad would take an empty policy: not piped, so that a failure ends the script.
  policy=$(npm run --silent policy -- "$kind" --stack "$stack" $submit_job) ||
    refuse "There is no policy for stack $stack. Correct its file, or take its line out of $0, and run it again"
  # The policy's own comments name it, after the job and the stack, and say in their first line whose it is.
  name=$(printf '%s\n' "$policy" | sed -n 's/^# *nomad acl policy apply \([^ ]*\) .*/\1/p')
  whose=$(printf '%s\n' "$policy" | head -n 1)
  [ -n "$name" ] || refuse "npm run policy printed no policy for stack $stack"
  if there=$(nomad acl policy info "$name" 2>/dev/null) && ! printf '%s\n' "$there" | grep -qxF "$whose"; then
    refuse "Policy $name is on the cluster already and is for something else: it has no line \"$whose\". It was not changed. Set another jobName; or, if nothing uses the policy, run nomad acl policy delete $name first"
  fi
  printf '%s\n' "$policy" | nomad acl policy apply "$name" -
  if printf '%s\n' "$rules" | grep -qxF "$name $selector"; then
    echo "The rule for $name is there"
  else
    nomad acl binding-rule create -auth-method="$method" -bind-type=policy -bind-name="$name" -selector="$selector"
  fi
}

allow staging preview 'value.event == "pull_request"'
allow staging deploy 'value.environment == "staging" and value.ref == "refs/heads/main"'
allow prod deploy 'value.environment == "production" and value.ref == "refs/heads/main"'
echo "Now set the repository's variable: gh variable set NOMAD_AUTH_METHOD --body $method"
