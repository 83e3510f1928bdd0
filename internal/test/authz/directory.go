package authz

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
)

// Role is a role as it is deployed.
type Role struct {
	ARN, Name string
	Trust     iam.Document
	// Inline are its own policies by name, Managed the attached ones by ARN.
	Inline, Managed map[string]iam.Document
	// Boundary is the permissions boundary; nil where it has none.
	Boundary *iam.Document
}

// policies are all that bear on a request of the role, but for the resource's.
func (r *Role) policies() iam.Policies {
	all := iam.Policies{Boundary: r.Boundary}
	for _, documents := range []map[string]iam.Document{r.Inline, r.Managed} {
		for _, document := range documents {
			all.Identity = append(all.Identity, document)
		}
	}
	return all
}

// Deployed are the roles and policies of the account.
type Deployed struct {
	// Roles by ARN.
	Roles map[string]*Role
	// Profiles are the roles' ARNs by the instance profile's name.
	Profiles map[string]string
	// Resources are the policies of buckets and queues by ARN.
	Resources map[string]iam.Document
}

// directory reads what is deployed in the stand-in.
type directory struct {
	cloud *fakeaws.Cloud
	place

	mutex sync.Mutex
	known *Deployed
	read  time.Time
}

// staleTime is how long roles are remembered. AWS takes seconds, too.
const staleTime = time.Second

// deployed is what was deployed a moment ago, or now if that is wanted.
func (d *directory) deployed(now bool) (*Deployed, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if !now && d.known != nil && time.Since(d.read) < staleTime {
		return d.known, nil
	}
	begun := time.Now()
	answer, err := d.cloud.AskMiniStack(httptest.NewRequest(http.MethodGet, "/_standin/policies?region="+d.region, nil))
	if err != nil {
		return nil, err
	}
	found, err := parseDeployed(answer.Body.Bytes(), d.partition)
	if err != nil {
		return nil, fmt.Errorf("read the roles of the stand-in: %w", err)
	}
	d.known, d.read = found, begun
	return found, nil
}

// account is the stand-in's answer; the policies are JSON in JSON.
type account struct {
	Roles []struct {
		RoleName                 string
		ARN                      string `json:"Arn"`
		AssumeRolePolicyDocument string
		InlinePolicies           map[string]string
		AttachedPolicies         []string
		PermissionsBoundary      string
	}
	Policies         map[string]string
	InstanceProfiles map[string][]string
	Buckets, Queues  map[string]string
}

func parseDeployed(text []byte, partition string) (*Deployed, error) {
	var given account
	if err := json.Unmarshal(text, &given); err != nil {
		return nil, err
	}
	all := &Deployed{Roles: map[string]*Role{}, Profiles: map[string]string{}, Resources: map[string]iam.Document{}}
	for name, roles := range given.InstanceProfiles {
		if len(roles) > 0 {
			all.Profiles[name] = roles[0]
		}
	}
	for _, role := range given.Roles {
		made := &Role{ARN: role.ARN, Name: role.RoleName, Inline: map[string]iam.Document{}, Managed: map[string]iam.Document{}}
		var err error
		if made.Trust, err = iam.Parse([]byte(role.AssumeRolePolicyDocument)); err != nil {
			return nil, fmt.Errorf("the trust policy of %s: %w", role.ARN, err)
		}
		for name, text := range role.InlinePolicies {
			if made.Inline[name], err = iam.Parse([]byte(text)); err != nil {
				return nil, fmt.Errorf("the policy %s of %s: %w", name, role.ARN, err)
			}
		}
		for _, arn := range role.AttachedPolicies {
			if made.Managed[arn], err = given.managed(arn); err != nil {
				return nil, fmt.Errorf("a policy of %s: %w", role.ARN, err)
			}
		}
		if role.PermissionsBoundary != "" {
			boundary, err := given.managed(role.PermissionsBoundary)
			if err != nil {
				return nil, fmt.Errorf("the permissions boundary of %s: %w", role.ARN, err)
			}
			made.Boundary = &boundary
		}
		all.Roles[role.ARN] = made
	}
	for bucket, text := range given.Buckets {
		if err := all.add("arn:"+partition+":s3:::"+bucket, text); err != nil {
			return nil, err
		}
	}
	for queue, text := range given.Queues {
		if err := all.add(queue, text); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// managed is the account's policy of an ARN, or AWS's.
func (a account) managed(arn string) (iam.Document, error) {
	if strings.Contains(arn, ":iam::aws:") {
		return iam.Managed(arn)
	}
	text, known := a.Policies[arn]
	if !known {
		return iam.Document{}, fmt.Errorf("the policy %s does not exist", arn)
	}
	return iam.Parse([]byte(text))
}

func (d *Deployed) add(resource, text string) error {
	document, err := iam.Parse([]byte(text))
	if err != nil {
		return fmt.Errorf("the policy of %s: %w", resource, err)
	}
	d.Resources[resource] = document
	return nil
}

// resourcePolicy is the policy of a resource; a bucket's is that of its objects.
func (d *Deployed) resourcePolicy(resource string) *iam.Document {
	if strings.Contains(resource, ":s3:::") {
		resource, _, _ = strings.Cut(resource, "/")
	}
	if document, found := d.Resources[resource]; found {
		return &document
	}
	return nil
}
