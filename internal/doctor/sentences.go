package doctor

import "slices"

// sentences are all rules about what services say, in the order in which they are
// tried: sentences that decide stand before those that only accompany them.
func sentences() []sentence {
	return slices.Concat(jobSentences(), deploySentences(), planSentences(), reportSentences(), hostSentences(), taskSentences(), startSentences(), containerSentences(), stateSentences(), deniedSentences())
}

// jobSentences are about jobs that ran. They are first: they quote users' commands, which
// can have any word in them.
func jobSentences() []sentence {
	by := []Source{SourceExecution}
	return []sentence{
		{
			rule: "job-failed", by: by, says: []string{"ScriptExecutionError"},
			cause: "a job's own command failed or took longer than its timeout", advice: "read its log; the sentence names the command and its exit code", next: "runnerctl logs {execution}",
		},
		{
			rule: "startup-failed", by: by, says: []string{"Startup tasks failed"},
			cause: "the runner's startup commands failed, or its agent could not start", advice: "read the container's log; mend the Runner's StartupCommands", next: "aws ecs describe-tasks --cluster {cluster} --tasks {task} --region {region}",
		},
	}
}

// deploySentences are about CloudFormation (its user guide, "Troubleshooting", and what
// it puts into StatusReason).
func deploySentences() []sentence {
	by := []Source{SourceStack}
	return []sentence{
		{
			rule: "capabilities-missing", by: by, says: []string{"requires capabilities"},
			cause:  "the deployment does not allow macros",
			advice: "deploy with the capabilities CAPABILITY_IAM and CAPABILITY_AUTO_EXPAND", next: "aws cloudformation deploy --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND …",
		},
		{
			rule: "macro-missing", by: by, says: []string{"No transform named *AttiniDeploymentPlan* found", "No transform named *found", "Failed to execute"},
			cause:  "the macro AttiniDeploymentPlan is not installed in this region",
			advice: "install the runner in this account and region", next: "aws cloudformation describe-stacks --region {region} --query \"Stacks[?contains(StackName,'attini')].[StackName,StackStatus]\"",
		},
		{
			rule: "macro-failed", by: by, says: []string{"Received malformed response from transform", "User: *is not authorized to perform: lambda:InvokeFunction on resource: "},
			cause:  "the macro's function did not answer, or the deployer may not invoke it",
			advice: "read the function's log; allow the deployer lambda:InvokeFunction on attini-runner-macro", next: "aws logs tail /aws/lambda/attini-runner-macro --since 1h",
		},
		{
			rule: "template-too-large", by: by, says: []string{
				"Transformation data limit exceeded", "at 'templateBody' failed to satisfy constraint", "Template format error: ", "Number of resources, *is greater than maximum allowed",
			},
			cause:  "the template, or what the macro makes of it, is too large or not valid",
			advice: "upload it with --s3-bucket; split it where it has more than 500 resources or 1 MB after the macro", next: "runnerctl expand TEMPLATE | wc -c",
		},
		{
			rule: "template-refused", by: by, says: []string{"Transform *failed with: ", "Transform *failed without an error message"},
			cause: "the macro refused the template", advice: "mend what the macro's sentence names", next: "runnerctl validate TEMPLATE",
		},
		{
			rule: "custom-resource-silent", by: by, says: []string{"did not receive a response from your Custom Resource", "Custom Resource failed to stabilize in expected time"},
			cause:  "the lifecycle function did not answer CloudFormation",
			advice: "the function was throttled, crashed or, in a VPC, cannot reach S3: read its log, mend it, and deploy again", next: "aws logs tail /aws/lambda/attini-deployment-plan-setup --since 2h",
		},
		{
			rule: "custom-resource-failed", by: by, says: []string{"Received response status [FAILED] from custom resource", "Response object is too long", "Invalid PhysicalResourceId", "Function not found: "},
			cause: "the lifecycle function refused the resource, or is not installed any more", advice: "do what its sentence says; if the installation is gone, install it again before you delete the stack", next: "runnerctl validate TEMPLATE",
		},
		{
			rule: "name-taken", by: by, says: []string{"HandlerErrorCode: AlreadyExists", "is in ROLLBACK_COMPLETE state and can not be updated", "Stack [*] already exists", "No export named *found"},
			cause: "a name that the stack needs is taken, or the stack cannot be updated", advice: "delete the stack if it is in ROLLBACK_COMPLETE; otherwise import, rename or delete what has the name", next: "aws cloudformation describe-stack-events --stack-name {stack} --region {region}",
		},
		{
			rule: "state-machine-refused", by: by, says: []string{"authorized to assume the provided role", "Invalid State Machine Definition: ", "is not authorized to create managed-rule"},
			cause: "Step Functions does not accept the plan or its role", advice: "let states.amazonaws.com assume the plan's role; the path in the sentence names the step to mend", next: "runnerctl validate TEMPLATE",
		},
		{
			rule: "deletion-blocked", by: by, says: []string{"has a dependent object", "The Cluster cannot be deleted while ", "The following resource(s) failed to delete"},
			cause: "something still uses what the stack wants to delete", advice: "stop the runner's task, wait until its network interface is gone, and delete the stack again", next: "aws ecs stop-task --cluster {cluster} --task {task} --region {region}",
		},
		{
			rule: "deployer-denied", by: by, says: []string{"is not authorized to perform: ", "HandlerErrorCode: AccessDenied"},
			cause: "the deployer, or the stack's role, lacks a permission", advice: "give it the deployer policy of docs/policies", next: "aws sts get-caller-identity",
		},
	}
}

// planSentences are about the plan's call of the launcher, and Step Functions' limits
// (Step Functions developer guide, "Handling errors").
func planSentences() []sentence {
	by := []Source{SourceExecution}
	return []sentence{
		{
			rule: "launcher-denied", by: by, says: []string{"is not authorized to perform: lambda:InvokeFunction", "Lambda.KMSAccessDeniedException", "Function not found: "},
			cause: "the plan cannot invoke the launcher: its role may not, or the installation is gone", advice: "allow the plan's role lambda:InvokeFunction on attini-action, or install the runner again", next: "aws lambda get-function-configuration --function-name attini-action --region {region}",
		},
		{
			rule: "launcher-throttled", by: by, says: []string{"Lambda.TooManyRequestsException", "ReservedFunctionConcurrentInvocationLimitExceeded"},
			cause: "Lambda throttles the launcher", advice: "raise the account's concurrent executions in Service Quotas, or give attini-action reserved concurrency; 0 stops it", next: "aws lambda get-function-concurrency --function-name attini-action --region {region}",
		},
		{
			rule: "launcher-failed", by: by, says: []string{"Sandbox.Timedout", "Lambda.Unknown", "Task timed out after", "Runtime.ExitError", "Runtime.InvalidEntrypoint"},
			cause: "the launcher did not end its call; the job may have been queued", advice: "read the launcher's log; give the step a Retry for this error", next: "aws logs tail /aws/lambda/attini-action --since 1h",
		},
		{
			rule: "deployment-superseded", by: by, says: []string{"has no start of this deployment", "is not the execution that the deployment started", "Execution Already Exists", "Invalid State Machine Execution Input"},
			cause: "the execution has not the input that the deployment has now", advice: "start the plan with the input of the execution that the last deployment started", next: "runnerctl runs {stack}",
		},
		{
			rule: "step-functions-limit", by: by, says: []string{"ExecutionLimitExceeded", "States.DataLimitExceeded*events", "The JSONPath '*could not be found in the input", "States.QueryEvaluationError", "history event count"},
			cause: "Step Functions ended the state: a limit, or a path or expression that finds nothing", advice: "mend the path or expression of the state that the sentence names", next: "runnerctl run TEMPLATE",
		},
	}
}

// reportSentences are about the answer to a step (Step Functions API reference,
// SendTaskSuccess).
func reportSentences() []sentence {
	return []sentence{
		{
			rule: "result-refused", says: []string{"InvalidOutput", "States.DataLimitExceeded", "returned a result with a size exceeding"},
			cause: "the job's output is larger than 262,144 bytes", advice: "write large results to S3 and output their location", next: "runnerctl logs {stack}",
		},
		{
			rule: "report-denied", says: []string{"is not authorized to perform: states:SendTask", "KmsAccessDeniedException*", "KmsInvalidStateException", "KmsThrottlingException"},
			cause: "the runner's role may not answer the step", advice: "attach attini-runner-basic-execution-policy to the runner's role, and allow it the state machine's KMS key", next: "aws iam list-attached-role-policies --role-name ROLE",
		},
		{
			rule: "step-already-ended", says: []string{"Provided task does not exist anymore", "TaskDoesNotExist", "Invalid Token: 'Invalid token'"}, kind: KindSymptom,
			cause: "the step had ended before the job did", advice: "see why the step ended first: a timeout, a stop or a second answer", next: "runnerctl runs {stack}",
		},
	}
}

// stateSentences are about the queue and the table.
func stateSentences() []sentence {
	return []sentence{
		{
			rule: "queue-unusable", says: []string{"NonExistentQueue", "The specified queue does not exist", "Access to the resource *is denied", "is not authorized to perform: sqs:", "not allowed to call sqs:", "The ciphertext refers to a customer master key", "KMS.", "QueueDeletedRecently"},
			cause: "the runner's queue is gone, or its key or policy refuses the launcher or the agent", advice: "deploy the stack again if the queue is gone; allow the launcher's and the runner's role the queue and its KMS key", next: "aws sqs get-queue-attributes --queue-url {queue} --attribute-names All --region {region}",
		},
		{
			rule: "configuration-missing", says: []string{"has no configuration", "Requested resource not found", "is not authorized to perform: dynamodb:", "not allowed to call dynamodb:", "The conditional request failed"},
			cause: "the runner's configuration is not in the state table", advice: "deploy the stack again", next: "aws cloudformation describe-stacks --stack-name {stack} --region {region}",
		},
		{
			rule: "no-sign-of-life", by: []Source{SourceExecution}, says: []string{"States.Timeout", "States.HeartbeatTimeout"}, kind: KindSymptom,
			cause: "the step had no sign of life for its HeartbeatSeconds, or took longer than its TimeoutSeconds", advice: "the cause is elsewhere: a runner that did not start, an agent that cannot reach AWS, or a job that took too long", next: "runnerctl logs {stack}",
		},
	}
}

// deniedSentences are last: a denial that no other rule knows by its action.
func deniedSentences() []sentence {
	return []sentence{{
		rule: "launch-denied", says: []string{
			"is not authorized to perform: ecs:", "is not authorized to perform: iam:PassRole", "is not authorized to perform: ", "AccessDenied", "not allowed to call ",
		},
		cause: "a role lacks a permission to start the runner", advice: "allow the launcher's role ecs:RunTask and iam:PassRole; where the installation has a RunnerRolePath, the Runner's roles have to be below it",
		next: "aws iam simulate-principal-policy --policy-source-arn ROLE --action-names ACTION --resource-arns RESOURCE",
	}}
}
