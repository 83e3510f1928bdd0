# Ten mistakes, each of which mypy --strict has to find: it reports an ignored error that
# is none.
from attini_runner_cdk.types import AttiniRunnerProps, DeploymentPlanProps, Step

# An unknown property.
a: AttiniRunnerProps = {"Imgae": "alpine"}  # type: ignore
# A list for a number.
b: AttiniRunnerProps = {"Memory": [1024]}  # type: ignore
# A value that is not allowed.
c: AttiniRunnerProps = {"RunnerConfiguration": {"LogLevel": "LOUD"}}  # type: ignore
# A flag for a list.
d: AttiniRunnerProps = {"Startup": {"Commands": True}}  # type: ignore
# No steps.
e: DeploymentPlanProps = {"DefaultRunner": "Runner"}  # type: ignore
# An unknown type of a step.
f: Step = {"Name": "A", "Type": "AttiniRunnerJbo", "Properties": {"Commands": ["make"]}}  # type: ignore
# A step without a name.
g: Step = {"Type": "AttiniManualApproval"}  # type: ignore
# An unknown property of a job.
h: Step = {"Name": "A", "Type": "AttiniRunnerJob", "Properties": {"Commands": ["make"], "Enviroment": {}}}  # type: ignore
# A text for an object.
i: Step = {"Name": "A", "Type": "AttiniSam", "Properties": {"StackName": "s", "Project": "/app"}}  # type: ignore
# An action that does not exist.
j: Step = {"Name": "A", "Type": "AttiniCfn", "Properties": {"StackName": "s", "Action": "Remove"}}  # type: ignore
