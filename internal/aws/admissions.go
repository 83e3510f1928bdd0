package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
)

// Admissions reads items of runners, their configurations and secrets, plans and
// deployments with one call.
type Admissions struct{ states, deployments table }

var _ launch.Admissions = (*Admissions)(nil)

// NewAdmissions reads the tables of resource states and deployments by their names.
func NewAdmissions(config aws.Config, stateTable, deployTable string) *Admissions {
	return &Admissions{newTable(config, stateTable), newTable(config, deployTable)}
}

// Admission implements launch.Admissions.
func (a *Admissions) Admission(ctx context.Context, job launch.AdmissionKeys) (launch.Admission, error) {
	found, err := readAll(ctx, a.states.client, []place{
		a.states.place(job.Runner, itemKey(protocol.TypeRunnerSecret, job.Runner)),
		a.states.place(job.StateMachine, itemKey(protocol.TypePlan, job.StateMachine)),
		a.deployments.place(job.Deployment, deploymentKey(job.Deployment)),
		a.states.place(job.Runner, itemKey(protocol.TypeRunner, job.Runner)),
		a.states.place(job.Configuration, configurationKey(job.Runner, job.Configuration)),
	})
	if err != nil {
		return launch.Admission{}, err
	}
	admission := launch.Admission{Secret: secretOf(found[0]), Stack: stringOf(found[1][protocol.AttrStackName]), Deployment: deploymentOf(found[2])}
	if isActive(found[3]) {
		admission.State = stateOf(found[3])
	}
	if job.Configuration != "" {
		admission.Configuration, err = configurationOf(found[4], job.Configuration)
	}
	return admission, err
}
