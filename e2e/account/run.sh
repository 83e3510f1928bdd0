#!/bin/sh
# Checks in an AWS account what no stand-in can tell (docs/aws-facts.md, the open rows):
# it installs the system, runs the hello plan on Fargate and on an EC2 host, checks each
# open point, removes everything and prints a table. It costs a few cents.
#
# usage: run.sh [--dry-run] STACK_PREFIX
#
# Its stacks are attini-runner, which is the installation, STACK_PREFIX-fargate and
# STACK_PREFIX-ec2. The region must have no installation yet, since the system's names
# are the account's. It needs the AWS CLI, the SAM CLI, make and Go.
#
# shellcheck disable=SC2329 # check calls the functions
set -eu

dry=
if [ "${1-}" = --dry-run ]; then
	dry=yes
	shift
fi
prefix=${1:?usage: run.sh [--dry-run] STACK_PREFIX}
case $prefix in
*[!A-Za-z0-9-]* | [!A-Za-z]*)
	echo "STACK_PREFIX has letters, digits and hyphens, and begins with a letter: $prefix" >&2
	exit 2
	;;
esac
cd "$(dirname "$0")/../.."
system=attini-runner version=${VERSION:-0.0.1} fargate=$prefix-fargate ec2=$prefix-ec2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# check NAME COMMAND...: one row of the table.
check() {
	name=$1
	shift
	if [ -n "$dry" ]; then
		echo "$name"
		return
	fi
	if "$@" >"$folder/log" 2>&1; then
		printf '%s\tok\t%s\n' "$name" "$(tail -n 1 "$folder/log")" >>"$folder/table"
	else
		printf '%s\tFAILED\t%s\n' "$name" "$(tail -n 3 "$folder/log" | tr '\n' ' ')" >>"$folder/table"
		failed=1
	fi
}

install_system() {
	if aws lambda get-function --function-name attini-action >/dev/null 2>&1; then
		echo "the region has an installation"
		return 1
	fi
	make release VERSION="$version" && yes | make deploy VERSION="$version" || return 1
	bucket=$(aws cloudformation describe-stacks --stack-name "$system" --query "Stacks[0].Outputs[?OutputKey=='ReleaseBucket'].OutputValue" --output text)
	make publish VERSION="$version" BUCKET="$bucket"
}

# hello STACK TEMPLATE: deploys a plan and waits until its execution has succeeded.
hello() {
	aws cloudformation deploy --stack-name "$1" --template-file "$2" --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND || return 1
	machine=$(aws cloudformation describe-stack-resources --stack-name "$1" \
		--query "StackResources[?ResourceType=='AWS::StepFunctions::StateMachine'].PhysicalResourceId" --output text)
	for _ in $(seq 90); do
		status=$(aws stepfunctions list-executions --state-machine-arn "$machine" --max-results 1 --query 'executions[0].status' --output text)
		case $status in
		SUCCEEDED)
			echo "the plan of $1 succeeded"
			return 0
			;;
		FAILED | TIMED_OUT | ABORTED)
			aws stepfunctions list-executions --state-machine-arn "$machine" --max-results 1 --query 'executions[0].executionArn' --output text |
				xargs -I '{}' aws stepfunctions describe-execution --execution-arn '{}' --query '[error, cause]' --output text
			return 1
			;;
		esac
		sleep 10
	done
	echo "the plan of $1 did not end within 15 minutes: $status"
	return 1
}

hello_on_fargate() { hello "$fargate" examples/hello/init-stack.yaml; }

hello_on_ec2() {
	sed 's|^      Image: .*|&\
      Ec2Configuration: {InstanceType: t3.small, Ami: AmazonLinux2023}|' examples/hello/init-stack.yaml >"$folder/ec2.yaml"
	hello "$ec2" "$folder/ec2.yaml"
}

# The default role is also the execution role, and its trust demands aws:SourceArn.
execution_role() {
	aws ecs list-tasks --cluster attini-default --query 'taskArns[0]' --output text | grep '^arn:' >"$folder/task" ||
		aws ecs list-tasks --cluster attini-default --desired-status STOPPED --query 'taskArns[0]' --output text | grep '^arn:' >"$folder/task" || return 1
	aws ecs describe-tasks --cluster attini-default --tasks "$(cat "$folder/task")" --query 'tasks[0].startedAt' --output text | grep -v None
}

host() {
	aws ec2 describe-instances --filters Name=tag:AttiniResourceType,Values=RunnerInstance Name=tag:aws:ec2launchtemplate:id,Values='*' \
		--query "Reservations[].Instances[].[InstanceId, State.Name, length(Tags || \`[]\`)]" --output text
}

# How long a terminated instance keeps its tags: looked at for ten minutes.
tags_after_the_end() {
	aws cloudformation delete-stack --stack-name "$ec2" && aws cloudformation wait stack-delete-complete --stack-name "$ec2" || return 1
	for minute in $(seq 10); do
		host | grep -q terminated || {
			echo "no tags $minute minutes after the end"
			return 0
		}
		sleep 60
	done
	echo "its tags are there ten minutes after the end"
}

remove_all() {
	for stack in "$ec2" "$fargate"; do # one that is gone is no error
		aws cloudformation delete-stack --stack-name "$stack" && aws cloudformation wait stack-delete-complete --stack-name "$stack" || return 1
	done
	aws cloudformation describe-stack-resources --stack-name "$system" --query "StackResources[?ResourceType=='AWS::S3::Bucket'].PhysicalResourceId" --output text | tr '\t' '\n' >"$folder/buckets"
	aws cloudformation delete-stack --stack-name "$system" && aws cloudformation wait stack-delete-complete --stack-name "$system" || return 1
	while read -r bucket; do # deletion keeps them; all in them is of this run
		aws s3api list-object-versions --bucket "$bucket" --query '[Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}' --output text |
			while read -r key version; do
				[ "$key" = None ] || aws s3api delete-object --bucket "$bucket" --key "$key" --version-id "$version" >/dev/null
			done
		aws s3api delete-bucket --bucket "$bucket" || return 1
	done <"$folder/buckets"
}

nothing_is_left() {
	left=$(aws resourcegroupstaggingapi get-resources --query "ResourceTagMappingList[?Tags[?Key=='aws:cloudformation:stack-name' && starts_with(Value, '$prefix-')]].ResourceARN" --output text)
	[ -z "$left" ] || {
		echo "left: $left"
		return 1
	}
}

check "install" install_system
check "hello on Fargate" hello_on_fargate
check "the execution role is taken" execution_role
check "hello on EC2" hello_on_ec2
check "tags of an ended host" tags_after_the_end
check "remove" remove_all
check "nothing is left" nothing_is_left

[ -z "$dry" ] || exit 0
cat "$folder/table"
exit "$failed"
