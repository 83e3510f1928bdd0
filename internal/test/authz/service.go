package authz

import (
	"errors"
	"fmt"
	"maps"

	"github.com/attini-go/runner/internal/test/iam"
)

// Service is a service of AWS that takes roles: with the context that it is
// documented to send.
type Service struct {
	Name    string
	Context iam.Context
}

// AddService says for whom sessions with an access key were made: their roles must
// trust that service.
func (a *Authority) AddService(accessKey string, service Service) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.services[accessKey] = service
}

// trusts reports whether a role may be taken by a service.
func (a *Authority) trusts(role *Role, service Service) bool {
	trusted := role.Trust.Trusts(iam.Caller{Service: service.Name}, service.Context)
	if a.record != nil {
		context := maps.Clone(service.Context)
		if context == nil {
			context = iam.Context{}
		}
		context[assumedBy] = []string{service.Name}
		a.record.add(role.ARN, iam.Request{Action: assume, Resource: role.ARN, Context: context}, trusted)
	}
	return trusted
}

// How a record has a service's taking of a role.
const (
	assume    = "sts:AssumeRole"
	assumedBy = "Service"
)

// Use asks for what a service does with a role of the account: it takes the role,
// and then makes requests. The error is nil, or AWS's words.
func (a *Authority) Use(role string, service Service, requests ...iam.Request) error {
	var problem error
	for _, now := range []bool{false, true} {
		deployed, err := a.directory.deployed(now)
		if err != nil {
			return err
		}
		if problem = a.use(deployed, role, service, requests); problem == nil {
			return nil
		}
	}
	return problem
}

// ErrNotTrusted is the error for a role that does not exist, or does not trust the
// service that wants it.
var ErrNotTrusted = errors.New("the role does not exist, or does not trust the service")

func (a *Authority) use(deployed *Deployed, arn string, service Service, requests []iam.Request) error {
	role := deployed.Roles[arn]
	if role == nil || !a.trusts(role, service) {
		return fmt.Errorf("%w: %s, %s", ErrNotTrusted, arn, service.Name)
	}
	who := caller{arn: arn, name: a.sessionName(role, service.Name), policies: role.policies(), recorded: true}
	no := a.firstRefused(who, requests, deployed)
	a.keep(who, requests, no)
	if no != nil {
		return errors.New(no.decision.Words(who.name, no.request))
	}
	return nil
}

// ProfileRole is the ARN of an instance profile's role; "" where there is none.
func (a *Authority) ProfileRole(profile string) string {
	deployed, err := a.directory.deployed(true)
	if err != nil {
		return ""
	}
	return deployed.Profiles[profile]
}

// sessionName names a session as AWS does.
func (a *Authority) sessionName(role *Role, session string) string {
	return "arn:" + a.partition + ":sts::" + a.account + ":assumed-role/" + role.Name + "/" + session
}
