// examples/service with the CDK: the same template, checked by the compiler.
import { App, CfnParameter, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { AttiniRunner, DeploymentPlan } from 'attini-runner-cdk';

const stack = new Stack(new App(), 'service', {
  synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
for (const [name, value] of [['AttiniEnvironmentName', 'dev'], ['AttiniDistributionName', 'shop'], ['AttiniDistributionId', 'local']]) {
  new CfnParameter(stack, name, { type: 'String', default: value });
}

const runner = new AttiniRunner(stack, 'ToolRunner', { Image: 'public.ecr.aws/sam/build-python3.13:latest' });

new DeploymentPlan(stack, 'ServicePlan', {
  DefaultRunner: runner.logicalId,
  DeploymentPlan: [
    {
      Name: 'Network',
      Type: 'AttiniCfn',
      Properties: { ConfigFile: '/config/test.yaml', StackName: 'shop-test-network', Template: '/network.yaml' },
    },
    {
      Name: 'App',
      Type: 'AttiniSam',
      Properties: {
        ConfigFile: '/config/test.yaml',
        StackName: 'shop-test',
        Project: { Path: '/app' },
        Parameters: { 'VpcId.$': '$.output.Network.VpcId' },
      },
    },
    {
      Name: 'Checks',
      Type: 'Parallel',
      Branches: [
        [{
          Name: 'Migrate',
          Type: 'AttiniRunnerJob',
          Properties: { Environment: { 'TABLE.$': '$.output.App.TableName' }, Commands: ['tests/migrate.sh'] },
        }],
        [{
          Name: 'Smoke',
          Type: 'AttiniRunnerJob',
          Retry: [{ ErrorEquals: ['ScriptExecutionError'], IntervalSeconds: 1, MaxAttempts: 2 }],
          Properties: { Environment: { 'URL.$': '$.output.App.Url' }, Commands: ['tests/smoke.sh'] },
        }],
      ],
    },
    { Name: 'Release', Type: 'AttiniManualApproval', TimeoutSeconds: 86400 },
    {
      Name: 'ProductionNetwork',
      Type: 'AttiniCfn',
      Properties: { ConfigFile: '/config/production.yaml', StackName: 'shop-production-network', Template: '/network.yaml' },
    },
    {
      Name: 'Production',
      Type: 'AttiniCfn',
      Properties: {
        ConfigFile: '/config/production.yaml',
        StackName: 'shop-production',
        'Template.$': '$.output.AppPackageSam.result',
        EnableTerminationProtection: true,
        Parameters: { 'VpcId.$': '$.output.ProductionNetwork.VpcId' },
      },
    },
    {
      Name: 'Tell',
      Type: 'AttiniRunnerJob',
      Properties: {
        Environment: { 'URL.$': '$.output.Production.Url', 'SIZE.$': '$.output.Production.MemorySize' },
        Commands: ['echo "the shop is at $URL, with $SIZE MB"', 'printf \'{"url":"%s"}\' "$URL" > "$ATTINI_OUTPUT"'],
      },
    },
  ],
});

(stack.node.root as App).synth();
