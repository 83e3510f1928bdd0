package authz

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
)

// Authority judges the calls of a Cloud. A session of a role has the role's
// policies, as they are deployed; an access key without a session is a user's,
// whom AddUser makes known.
type Authority struct {
	place
	facts     facts
	directory *directory
	record    *Record

	mutex    sync.Mutex
	users    map[string]user
	services map[string]Service
}

type user struct {
	arn      string
	policies []iam.Document
	recorded bool
}

// Config is what an Authority is told.
type Config struct {
	Cloud *fakeaws.Cloud
	// Region is whose calls it judges; empty is the Cloud's.
	Region string
	// InstanceTags are an instance's tags; none where EC2 does not know it (any
	// more). Without it no instance has tags.
	InstanceTags func(id string) map[string]string
	// StackTags are a stack's, by name or id. Without it no stack has tags.
	StackTags func(stack string) map[string]string
	// Record gets every request of a role.
	Record *Record
}

var _ fakeaws.Judge = (*Authority)(nil)

// New makes an Authority, to be set as the Cloud's Judge.
func New(config Config) *Authority {
	config.Region = cmp.Or(config.Region, fakeaws.Region)
	here := place{partition: fakeaws.Partition(config.Region), region: config.Region, account: fakeaws.Account}
	directory := &directory{cloud: config.Cloud, place: here}
	return &Authority{
		place: here,
		facts: newFacts(config.Cloud, directory, config), record: config.Record,
		users: map[string]user{}, services: map[string]Service{},
		directory: directory,
	}
}

// AddUser makes a user with an access key.
func (a *Authority) AddUser(accessKey, name string, policies ...iam.Document) {
	a.addUser(accessKey, name, false, policies)
}

// AddRecordedUser makes a user whose requests are recorded as those of roles.
func (a *Authority) AddRecordedUser(accessKey, name string, policies ...iam.Document) {
	a.addUser(accessKey, name, true, policies)
}

func (a *Authority) addUser(accessKey, name string, recorded bool, policies []iam.Document) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.users[accessKey] = user{arn: "arn:" + a.partition + ":iam::" + a.account + ":user/" + name, policies: policies, recorded: recorded}
}

// caller is who makes a call: arn for policies, name in AWS's words.
type caller struct {
	arn, name string
	policies  iam.Policies
	// recorded says that its requests are kept.
	recorded bool
}

// caller finds who has credentials; ok is false where nobody has them.
func (a *Authority) caller(accessKey, token string, deployed *Deployed) (found caller, ok bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if token != "" {
		role := deployed.Roles[token]
		service, known := a.services[accessKey]
		if role == nil || !known || !a.trusts(role, service) {
			return caller{}, false
		}
		return caller{arn: role.ARN, name: a.sessionName(role, accessKey), policies: role.policies(), recorded: true}, true
	}
	u, known := a.users[accessKey]
	return caller{arn: u.arn, name: u.arn, policies: iam.Policies{Identity: u.policies}, recorded: u.recorded}, known
}

// Judge implements standin.Judge.
func (a *Authority) Judge(_ context.Context, call fakeaws.Call) fakeaws.Verdict {
	if call.AccessKey == "" { // unsigned: what a client prints of a page, a health check
		return fakeaws.Verdict{}
	}
	questions := a.questions(call)
	refused, who, err := a.decide(call.AccessKey, call.SessionToken, questions)
	switch {
	case err != nil:
		return fakeaws.Verdict{Refusal: &fakeaws.Refusal{Status: http.StatusInternalServerError, Code: "InternalFailure", Message: err.Error()}}
	case who.arn == "":
		return fakeaws.Verdict{Refusal: unknownCaller(call)}
	case refused != nil:
		return fakeaws.Verdict{Refusal: refusalOf(call, *refused, who.name)}
	}
	return fakeaws.Verdict{Missing: a.missing(call, who)}
}

// refused is a request and the decision against it.
type refused struct {
	request  iam.Request
	decision iam.Decision
}

// decide finds the first request that is refused. Roles that are not known, and
// refusals, are looked at again with what is deployed now.
func (a *Authority) decide(accessKey, token string, questions []iam.Request) (*refused, caller, error) {
	for _, now := range []bool{false, true} {
		deployed, err := a.directory.deployed(now)
		if err != nil {
			return nil, caller{}, err
		}
		who, known := a.caller(accessKey, token, deployed)
		if !known {
			continue
		}
		no := a.firstRefused(who, questions, deployed)
		if no == nil || now {
			a.keep(who, questions, no)
			return no, who, nil
		}
	}
	return nil, caller{}, nil
}

func (a *Authority) firstRefused(who caller, questions []iam.Request, deployed *Deployed) *refused {
	for _, request := range questions {
		if decision := a.decideOne(who, request, deployed); !decision.Allowed {
			return &refused{request, decision}
		}
	}
	return nil
}

func (a *Authority) decideOne(who caller, request iam.Request, deployed *Deployed) iam.Decision {
	policies := who.policies
	policies.Resource = deployed.resourcePolicy(request.Resource)
	request.Context = a.global(who.arn, request.Context)
	return policies.Decide(iam.Caller{ARN: who.arn}, request)
}

// global adds the keys that every request has.
func (a *Authority) global(arn string, own iam.Context) iam.Context {
	context := iam.Context{
		"aws:PrincipalArn": {arn}, "aws:PrincipalAccount": {a.account}, "aws:PrincipalType": {"AssumedRole"},
		"aws:RequestedRegion": {a.region}, "aws:SecureTransport": {"true"},
		// What the stand-in has is all of its own account.
		"aws:ResourceAccount": {a.account},
	}
	maps.Copy(context, own)
	return context
}

// keep notes what was asked.
func (a *Authority) keep(who caller, questions []iam.Request, no *refused) {
	if !who.recorded || a.record == nil {
		return
	}
	for _, request := range questions {
		a.record.add(who.arn, request, no == nil)
	}
}

// missing is S3's answer for an object that does not exist to a caller that may
// not list the bucket, and so may not know.
func (a *Authority) missing(call fakeaws.Call, who caller) *fakeaws.Refusal {
	if call.Service != "s3" || call.Operation != "GetObject" && call.Operation != "HeadObject" {
		return nil
	}
	bucket, _, _ := strings.Cut(strings.TrimPrefix(call.Path, "/"), "/")
	request := iam.Request{Action: "s3:ListBucket", Resource: "arn:" + a.partition + ":s3:::" + bucket}
	deployed, err := a.directory.deployed(false)
	if err != nil {
		return nil
	}
	decision := a.decideOne(who, request, deployed)
	if decision.Allowed {
		return nil
	}
	return refusalOf(call, refused{request, decision}, who.name)
}
