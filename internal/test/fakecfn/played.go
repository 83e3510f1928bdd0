package fakecfn

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// PlayedPrefix is what the names of stacks begin with that are played here whole (besides those
// of Play), with all regions, tokens, events, tags and rollbacks, which MiniStack has not. Their resources are
// not made. A resource whose Metadata has Fails fails with that reason; one whose Metadata has
// Takes takes so many milliseconds.
const PlayedPrefix = "played-"

// SilentSuffix is what the names of stacks end with whose events are lost.
const SilentSuffix = "-silent"

// playedOperations are those that stacks are played by.
func playedOperations() []string {
	return []string{"DescribeStacks", "DescribeStackEvents", "GetTemplateSummary", "UpdateTerminationProtection"}
}

// stackService is CloudFormation for stacks.
type stackService struct {
	service *Service
	mutex   sync.Mutex
	named   map[string]bool
	stacks  []*playedStack
}

type playedStack struct {
	name, region, id, status, reason, role string
	template                               *cfn.Node
	parameters, tags, outputs              map[string]string
	protected                              bool
	tokens                                 map[string]bool
	events                                 []playedEvent
	given                                  string
}

type playedEvent struct {
	id, logical, physical, kind, status, reason, token string
	at                                                 time.Time
}

// find finds a stack by name or id; a deleted one by id only. The mutex is held.
func (p *stackService) find(region, name string) *playedStack {
	for _, s := range slices.Backward(p.stacks) {
		if s.region == region && (s.id == name || s.name == name && s.status != "DELETE_COMPLETE") {
			return s
		}
	}
	return nil
}

// Tags are a played stack's, by name or id.
func (f *Service) Tags(stack string) map[string]string {
	f.played.mutex.Lock()
	defer f.played.mutex.Unlock()
	for _, s := range slices.Backward(f.played.stacks) {
		if s.id == stack || s.name == stack && s.status != "DELETE_COMPLETE" {
			return maps.Clone(s.tags)
		}
	}
	return nil
}

// Play has stacks of these names played whole, too.
func (f *Service) Play(names ...string) {
	f.played.mutex.Lock()
	defer f.played.mutex.Unlock()
	for _, name := range names {
		f.played.named[name] = true
	}
}

// fetchTemplate puts the template of a TemplateURL into a request.
func (f *Service) fetchTemplate(form url.Values) error {
	address := form.Get("TemplateURL")
	if address == "" {
		return nil
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return refusal("TemplateURL must be a supported URL.")
	}
	request := httptest.NewRequestWithContext(f.ctx, http.MethodGet, parsed.EscapedPath(), nil)
	request.Header.Set("Authorization", strings.Replace(signature(fakeaws.Region), "/cloudformation/", "/s3/", 1))
	answer, err := f.cloud.AskMiniStack(request)
	if err != nil || answer.Code != http.StatusOK {
		return refusal("S3 error: Access Denied")
	}
	form.Set("TemplateBody", answer.Body.String())
	return nil
}

// Played are the events of the stacks of a name, in their order, as "Logical STATUS".
func (f *Service) Played(name string) (told []string) {
	f.played.mutex.Lock()
	defer f.played.mutex.Unlock()
	for _, s := range f.played.stacks {
		if s.name == name {
			for _, e := range s.events {
				told = append(told, e.logical+" "+e.status)
			}
		}
	}
	return told
}

// serve answers a call about a played stack; false leaves it to others.
func (p *stackService) serve(w http.ResponseWriter, r *http.Request, form url.Values) bool {
	name := form.Get("StackName")
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !strings.HasPrefix(nameIn(name), PlayedPrefix) && !p.named[nameIn(name)] {
		return false
	}
	if err := p.service.fetchTemplate(form); err != nil {
		refuse(w, err)
		return true
	}
	region := fakeaws.RegionOf(r)
	s := p.find(region, name)
	action := form.Get("Action")
	result, err := "", error(nil)
	switch {
	case action == "CreateStack":
		result, err = p.create(region, s, form)
	case action == "DeleteStack":
		p.remove(s, form)
	case s == nil:
		err = refusal("Stack with id " + name + " does not exist")
	case action == "UpdateStack":
		result, err = p.update(s, form)
	case action == "UpdateTerminationProtection":
		s.protected = form.Get("EnableTerminationProtection") == "true"
		result = "<StackId>" + s.id + "</StackId>"
	case action == "DescribeStacks":
		result = s.described()
	case action == "DescribeStackEvents":
		result = s.eventsDescribed()
	}
	if err != nil {
		refuse(w, err)
		return true
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = fmt.Fprintf(w, `<%[1]sResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`, action, result) // the client's matter
	return true
}

func (p *stackService) create(region string, s *playedStack, form url.Values) (string, error) {
	token := form.Get("ClientRequestToken")
	switch {
	case s != nil && s.tokens[token]:
		return "<StackId>" + s.id + "</StackId>", nil
	case s != nil:
		return "", refusal("Stack [" + s.name + "] already exists")
	}
	name := form.Get("StackName")
	s = &playedStack{
		name: name, region: region, id: "arn:aws:cloudformation:" + region + ":" + fakeaws.Account + ":stack/" + name + "/" + uuid.NewString(),
		tokens: map[string]bool{}, protected: form.Get("EnableTerminationProtection") == "true", role: form.Get("RoleARN"),
	}
	if err := s.take(form); err != nil {
		return "", err
	}
	p.stacks = append(p.stacks, s)
	p.begin(s, "CREATE", token)
	return "<StackId>" + s.id + "</StackId>", nil
}

func (p *stackService) update(s *playedStack, form url.Values) (string, error) {
	token := form.Get("ClientRequestToken")
	switch {
	case s.tokens[token]:
		return "<StackId>" + s.id + "</StackId>", nil
	case strings.HasSuffix(s.status, "_IN_PROGRESS") || s.status == "ROLLBACK_COMPLETE":
		return "", refusal("Stack:" + s.id + " is in " + s.status + " state and can not be updated.")
	}
	before := s.given
	if err := s.take(form); err != nil {
		return "", err
	}
	if s.given == before {
		return "", refusal("No updates are to be performed.")
	}
	p.begin(s, "UPDATE", token)
	return "<StackId>" + s.id + "</StackId>", nil
}

func (p *stackService) remove(s *playedStack, form url.Values) {
	if s != nil && !s.tokens[form.Get("ClientRequestToken")] {
		p.begin(s, "DELETE", form.Get("ClientRequestToken"))
	}
}

// take takes template, parameters and tags.
func (s *playedStack) take(form url.Values) error {
	template, problems := cfn.Read([]byte(form.Get("TemplateBody")))
	if template == nil {
		return refusal(fmt.Sprintf("Template format error: %v", problems))
	}
	given := parameters(form)
	evaluator, problems := cfn.NewEvaluator(template, cfn.Values{Parameters: given, Pseudo: pseudo(s.region, s.name, s.id)})
	if problems.HasErrors() {
		return refusal(problems.Err().Error())
	}
	s.template, s.parameters, s.tags, s.outputs = template, given, map[string]string{}, map[string]string{}
	for i := 1; form.Has("Tags.member." + strconv.Itoa(i) + ".Key"); i++ {
		member := "Tags.member." + strconv.Itoa(i)
		s.tags[form.Get(member+".Key")] = form.Get(member + ".Value")
	}
	for _, output := range template.Get("Outputs").Entries() {
		value, unknown := evaluator.Evaluate(output.Value.Get("Value"), cfn.NewPath("Outputs"))
		s.outputs[output.Key] = s.name + "." + output.Key
		if !unknown.HasErrors() && value.IsScalar() {
			s.outputs[output.Key] = value.Text
		}
	}
	all, err := json.Marshal([]any{form.Get("TemplateBody"), given, s.tags})
	s.given = string(all)
	return err
}

// begin plays an operation; the mutex is held.
func (p *stackService) begin(s *playedStack, what, token string) {
	s.tokens[token] = true
	s.status = what + "_IN_PROGRESS"
	s.tell(s.name, "AWS::CloudFormation::Stack", s.status, "", token)
	if s.region == fakeaws.Region {
		p.service.emitOperation(s.id, s.status, token)
	}
	resources := cfn.Resources(s.template)
	p.service.watching.Go(func() {
		failed := ""
		for _, resource := range resources {
			metadata := resource.Value.Get("Metadata")
			pause := 20
			if takes := metadata.Get("Takes"); takes != nil {
				pause, _ = strconv.Atoi(takes.Text)
			}
			select {
			case <-time.After(time.Duration(pause) * time.Millisecond):
			case <-p.service.ctx.Done():
				return
			}
			p.mutex.Lock()
			kind := resource.Value.Get("Type").Text
			if fails := metadata.Get("Fails"); fails.IsString() && what != "DELETE" {
				s.tell(resource.Key, kind, what+"_FAILED", fails.Text, token)
				failed = resource.Key
			} else if failed == "" {
				s.tell(resource.Key, kind, what+"_COMPLETE", "", token)
			}
			p.mutex.Unlock()
			if failed != "" {
				break
			}
		}
		if failed == "" {
			p.rest(s, what+"_COMPLETE", "", token)
			return
		}
		reason := "The following resource(s) failed to create: [" + failed + "]. Rollback requested by user."
		rollback := map[string]string{"CREATE": "ROLLBACK", "UPDATE": "UPDATE_ROLLBACK"}[what]
		p.rest(s, rollback+"_IN_PROGRESS", reason, token)
		p.rest(s, rollback+"_COMPLETE", "", token)
	})
}

// rest gives a stack a status, and tells it.
func (p *stackService) rest(s *playedStack, status, reason, token string) {
	p.mutex.Lock()
	s.status, s.reason = status, reason
	s.tell(s.name, "AWS::CloudFormation::Stack", status, reason, token)
	p.mutex.Unlock()
	if s.region == fakeaws.Region {
		p.service.emitOperation(s.id, status, token)
	}
}

func (s *playedStack) tell(logical, kind, status, reason, token string) {
	physical := logical + "-physical"
	if logical == s.name {
		physical = s.id
	}
	s.events = append(s.events, playedEvent{uuid.NewString(), logical, physical, kind, status, reason, token, time.Now()})
}
