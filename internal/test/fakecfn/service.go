// Package fakecfn plays the part of CloudFormation that MiniStack has not: it
// runs macros, and tells the events of stacks. It stands before MiniStack, which
// makes the resources.
package fakecfn

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// Service plays CreateStack, UpdateStack and DeleteStack in a Cloud.
type Service struct {
	cloud *fakeaws.Cloud
	// ctx ends the watching of stacks.
	ctx      context.Context
	cancel   context.CancelFunc
	watching sync.WaitGroup

	mutex sync.Mutex
	// macros are the functions of the macros that stacks have made, by region/name.
	macros map[string]string
	// permits is asked before a stack is changed; nil permits all.
	permits func(Change) error
	// stacks are the templates of stacks, by region/name, as macros have left them.
	stacks map[string]*cfn.Node
	played *stackService
}

// Change is what a call does with a stack, for who has to permit it.
type Change struct {
	// Authorization is the call's header, and Region that of its signature.
	Authorization, Region, Operation, Stack string
	// Functions are those of the template's macros, by name; Transforms are AWS's.
	Functions, Transforms []string
	// Template is as the macros leave it.
	Template *cfn.Node
}

// SetPermits has each change of a stack asked for before it is made.
func (f *Service) SetPermits(permits func(Change) error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.permits = permits
}

// operations are what a Formation plays.
func operations() []string {
	return append([]string{"CreateStack", "UpdateStack", "DeleteStack"}, playedOperations()...)
}

// New has a Cloud's stacks played. Its caller must call Close before the Cloud's.
func New(cloud *fakeaws.Cloud) *Service {
	f := &Service{cloud: cloud, macros: map[string]string{}, stacks: map[string]*cfn.Node{}}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	f.played = &stackService{service: f, named: map[string]bool{}}
	for _, operation := range operations() {
		cloud.Handle("cloudformation."+operation, f)
	}
	return f
}

// Close leaves stacks to MiniStack again, and waits for its own work's end.
func (f *Service) Close() {
	for _, operation := range operations() {
		f.cloud.Handle("cloudformation."+operation, nil)
	}
	f.cancel()
	f.watching.Wait()
}

// ServeHTTP implements http.Handler, for Query requests of CloudFormation.
func (f *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := fakeaws.Body(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		refuse(w, err)
		return
	}
	switch {
	case f.played.serve(w, r, form):
		return
	case form.Get("Action") == "GetTemplateSummary":
		if err := f.fetchTemplate(form); err != nil {
			refuse(w, err)
			return
		}
		summary(w, form.Get("TemplateBody"))
		return
	case slices.Contains(playedOperations(), form.Get("Action")):
		f.pass(w, r, form)
		return
	}
	stack := form.Get("StackName")
	change := Change{Authorization: r.Header.Get("Authorization"), Region: fakeaws.RegionOf(r), Operation: form.Get("Action"), Stack: nameIn(stack)}
	if change.Operation == "DeleteStack" {
		stack = f.idOf(r, stack)
		err = f.permitRemoval(change)
	} else if text := form.Get("TemplateBody"); text != "" {
		var expanded []byte
		if expanded, err = f.expand(r.Context(), text, parameters(form), change); err == nil {
			form.Set("TemplateBody", string(expanded))
		}
	}
	if err != nil {
		refuse(w, err)
		return
	}
	answer, err := f.ask(r, form)
	if err != nil {
		panic(http.ErrAbortHandler) // the stand-in has gone
	}
	if answer.Code == http.StatusOK {
		if id := idIn(answer.Body.Bytes()); id != "" {
			stack = id
		}
		f.watching.Go(func() { f.watch(stack) })
	}
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the client's matter
}

// pass leaves a call to MiniStack.
func (f *Service) pass(w http.ResponseWriter, r *http.Request, form url.Values) {
	answer, err := f.ask(r, form)
	if err != nil {
		panic(http.ErrAbortHandler) // the stand-in has gone
	}
	w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the client's matter
}

// ask asks MiniStack something in place of a request, as who made that.
func (f *Service) ask(r *http.Request, form url.Values) (*httptest.ResponseRecorder, error) {
	request := httptest.NewRequestWithContext(f.ctx, http.MethodPost, "/", strings.NewReader(form.Encode()))
	request.Host = r.Host
	request.Header.Set("Authorization", r.Header.Get("Authorization"))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return f.cloud.AskMiniStack(request)
}

// idOf is the ARN of a stack, which has it also when it is gone; or what it was
// called by when there is none.
func (f *Service) idOf(r *http.Request, name string) string {
	answer, err := f.ask(r, url.Values{"Action": {"DescribeStacks"}, "Version": {apiVersion}, "StackName": {name}})
	if err != nil {
		return name
	}
	return cmp.Or(idIn(answer.Body.Bytes()), name)
}

// apiVersion is CloudFormation's.
const apiVersion = "2010-05-15"

// idIn is the first stack's ARN in an answer.
func idIn(answer []byte) string {
	decoder := xml.NewDecoder(strings.NewReader(string(answer)))
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "StackId" {
			var id string
			if decoder.DecodeElement(&id, &start) != nil {
				return ""
			}
			return id
		}
	}
}

// parameters are those that a request gives.
func parameters(form url.Values) map[string]string {
	given := map[string]string{}
	for i := 1; form.Has(member(i, "ParameterKey")); i++ {
		given[form.Get(member(i, "ParameterKey"))] = form.Get(member(i, "ParameterValue"))
	}
	return given
}

func member(i int, name string) string { return "Parameters.member." + strconv.Itoa(i) + "." + name }

// nameIn is the name of a stack that is given by name or id.
func nameIn(stack string) string {
	if parts := strings.Split(stack, "/"); len(parts) == 3 {
		return parts[1]
	}
	return stack
}

// refusal is an error in CloudFormation's words.
type refusal string

// Error implements error.
func (r refusal) Error() string { return string(r) }

// refuse answers as CloudFormation does for a template that it does not take.
func refuse(w http.ResponseWriter, err error) {
	code, status := "ValidationError", http.StatusBadRequest
	var no *notPermitted
	if errors.As(err, &no) {
		code, status = "AccessDenied", http.StatusForbidden
	}
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(err.Error())) // never of a Builder
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>`+
		`<Code>%s</Code><Message>%s</Message></Error><RequestId>1</RequestId></ErrorResponse>`, code, &escaped)
}

// expand is a template as MiniStack can deploy it.
func (f *Service) expand(ctx context.Context, text string, given map[string]string, change Change) ([]byte, error) {
	template, problems := cfn.Read([]byte(text))
	if template == nil {
		return nil, refusal(fmt.Sprintf("Template format error: %v", problems))
	}
	// A macro is called as the caller, so this is asked first.
	if err := f.permitMacros(template, &change); err != nil {
		return nil, err
	}
	template, err := f.transform(ctx, change.Region, template, given)
	if err != nil {
		return nil, err
	}
	if err := f.permitResources(template, change); err != nil {
		return nil, err
	}
	f.recordMacros(change.Region, template)
	decideConditions(template, change, given)
	if err := f.adapt(change.Region, template); err != nil {
		return nil, err
	}
	return template.MarshalJSON()
}

// recordMacros remembers the macros of a template, whose functions are its own.
func (f *Service) recordMacros(region string, template *cfn.Node) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, resource := range template.Get("Resources").Entries() {
		properties := resource.Value.Get("Properties")
		attribute := properties.At("FunctionName", "Fn::GetAtt")
		if !isType(resource.Value, "AWS::CloudFormation::Macro") || !attribute.IsList() || len(attribute.Items) == 0 {
			continue
		}
		function := template.At("Resources", attribute.Items[0].Text, "Properties", "FunctionName")
		if name := properties.Get("Name"); name.IsString() && function.IsString() {
			f.macros[region+"/"+name.Text] = function.Text
		}
	}
}

func (f *Service) macro(region, name string) (function string, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	function, known := f.macros[region+"/"+name]
	if !known {
		return "", refusal("No transform named " + fakeaws.Account + "::" + name + " found.")
	}
	return function, nil
}

func isType(resource *cfn.Node, name string) bool {
	kind := resource.Get("Type")
	return kind.IsString() && kind.Text == name
}
