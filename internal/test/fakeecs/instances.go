package fakeecs

import (
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// codeOf is a state's number, as EC2 has it.
func codeOf(state string) int { return map[string]int{"running": 16, "terminated": 48}[state] }

// instanceItem is an instance in EC2's answers.
type instanceItem struct {
	ID       string    `xml:"instanceId"`
	Code     int       `xml:"instanceState>code"`
	State    string    `xml:"instanceState>name"`
	Current  *state    `xml:"currentState,omitempty"`
	Previous *state    `xml:"previousState,omitempty"`
	Subnet   string    `xml:"subnetId,omitempty"`
	Launched string    `xml:"launchTime"`
	Tags     []tagItem `xml:"tagSet>item"`
}

type state struct {
	Code int    `xml:"code"`
	Name string `xml:"name"`
}

type tagItem struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// statusItem is a running instance's status checks.
type statusItem struct {
	ID       string `xml:"instanceId"`
	Instance string `xml:"instanceStatus>status"`
	System   string `xml:"systemStatus>status"`
}

type instancesAnswer struct {
	XMLName   xml.Name
	RequestID string         `xml:"requestId"`
	Instances []instanceItem `xml:"instancesSet>item,omitempty"`
	Reserved  []instanceItem `xml:"reservationSet>item>instancesSet>item,omitempty"`
	Statuses  []statusItem   `xml:"instanceStatusSet>item,omitempty"`
}

// serveInstances answers EC2's Query requests.
func (f *Service) serveInstances(w http.ResponseWriter, body []byte) {
	form, err := url.ParseQuery(string(body))
	var answer instancesAnswer
	if err == nil && f.throttled(form.Get("Action"), body) {
		err = &Refusal{"RequestLimitExceeded", "Request limit exceeded."}
	}
	if err == nil {
		switch form.Get("Action") {
		case "RunInstances":
			answer.Instances, err = f.runInstances(form)
		case "DescribeInstances":
			answer.Reserved, err = f.findInstances(form)
		case "DescribeInstanceStatus":
			answer.Statuses, err = f.statuses(form)
		case "TerminateInstances":
			answer.Instances, err = f.terminateInstances(form)
		default:
			err = &Refusal{"InvalidAction", form.Get("Action") + " is not played"}
		}
	}
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	if err != nil {
		serveRefusal(w, refusalOf(err))
		return
	}
	answer.XMLName = xml.Name{Space: "http://ec2.amazonaws.com/doc/2016-11-15/", Local: form.Get("Action") + "Response"}
	answer.RequestID = uuid.NewString()
	text, err := xml.Marshal(answer)
	if err != nil {
		panic(err) // never of what is made here
	}
	_, _ = w.Write(text) // the client's matter
}

func serveRefusal(w http.ResponseWriter, refusal *Refusal) {
	text, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"Response"`
		Code      string   `xml:"Errors>Error>Code"`
		Message   string   `xml:"Errors>Error>Message"`
		RequestID string
	}{Code: refusal.Code, Message: refusal.Message, RequestID: uuid.NewString()})
	if err != nil {
		panic(err) // never of strings
	}
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(text) // the client's matter
}

func (f *Service) runInstances(form url.Values) ([]instanceItem, error) {
	id := "i-0" + strings.ReplaceAll(uuid.NewString(), "-", "")[:16]
	made, err := f.newHost(f.ctx, id, form.Get("LaunchTemplate.LaunchTemplateId"), form.Get("LaunchTemplate.Version"), form.Get("InstanceType"), form.Get("SubnetId"))
	if err != nil {
		return nil, err
	}
	h, isNew, joins := f.addHost(&host{view: made, token: form.Get("ClientToken")})
	if isNew && joins {
		f.running.Go(func() {
			f.mutex.Lock()
			delay := f.faults[made.Runner].RegisterAfter
			f.mutex.Unlock()
			if delay == 0 || wait(f.ctx, delay) {
				_ = f.Register(id) // it may have been terminated meanwhile
			}
		})
	}
	return []instanceItem{h.item()}, nil
}

// addHost adds a host, but for one whose client token was used before: that is
// the host then.
func (f *Service) addHost(made *host) (h Host, isNew, joins bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, h := range f.hosts {
		if h.token == made.token && made.token != "" {
			return h.view, false, false
		}
	}
	f.hosts = append(f.hosts, made)
	return made.view, true, !f.faults[made.view.Runner].NeverRegisters
}

// named are the hosts that a request names; the mutex is held.
func (f *Service) named(form url.Values) ([]*host, error) {
	var found []*host
	for i := 1; form.Has("InstanceId." + strconv.Itoa(i)); i++ {
		id := form.Get("InstanceId." + strconv.Itoa(i))
		h := f.host(id)
		if h == nil || h.forgotten || f.isNewHost(h) {
			return nil, &Refusal{"InvalidInstanceID.NotFound", "The instance ID '" + id + "' does not exist"}
		}
		found = append(found, h)
	}
	return found, nil
}

// isNewHost reports whether reads do not know a host yet; the mutex is held.
func (f *Service) isNewHost(h *host) bool {
	return time.Since(h.view.Launched) < f.faults[h.view.Runner].Lag
}

func (f *Service) findInstances(form url.Values) (items []instanceItem, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found, err := f.named(form)
	if !form.Has("InstanceId.1") {
		found = f.filtered(form)
	}
	for _, h := range found {
		items = append(items, h.view.item())
	}
	return items, err
}

// statuses are the status checks of the hosts that run.
func (f *Service) statuses(form url.Values) (items []statusItem, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found, err := f.named(form)
	for _, h := range found {
		if h.view.State == "running" {
			one := statusItem{ID: h.view.ID, Instance: "ok", System: "ok"}
			if h.impaired {
				one.Instance = "impaired"
			}
			items = append(items, one)
		}
	}
	return items, err
}

// filtered are the hosts that meet a request's filters: a tag, and states; the mutex is
// held.
func (f *Service) filtered(form url.Values) []*host {
	var found []*host
	for _, h := range f.hosts {
		meets := !h.forgotten && !f.isNewHost(h)
		for i := 1; form.Has(fmt.Sprintf("Filter.%d.Name", i)); i++ {
			value := h.view.State
			if tag, isTag := strings.CutPrefix(form.Get(fmt.Sprintf("Filter.%d.Name", i)), "tag:"); isTag {
				value = h.view.Tags[tag]
			}
			one := false
			for j := 1; form.Has(fmt.Sprintf("Filter.%d.Value.%d", i, j)); j++ {
				one = one || form.Get(fmt.Sprintf("Filter.%d.Value.%d", i, j)) == value
			}
			meets = meets && one
		}
		if meets {
			found = append(found, h)
		}
	}
	return found
}

// terminateInstances ends instances, and the tasks on them.
func (f *Service) terminateInstances(form url.Values) (items []instanceItem, err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found, err := f.named(form)
	for _, h := range found {
		previous := &state{codeOf(h.view.State), h.view.State}
		f.terminate(h)
		item := h.view.item()
		item.Previous, item.Current = previous, &state{item.Code, item.State}
		items = append(items, item)
	}
	return items, err
}

// terminate ends a host; the mutex is held.
func (f *Service) terminate(h *host) {
	if h.ended.IsZero() {
		h.ended = time.Now()
	}
	if h.view.State != "terminated" {
		f.running.Go(func() {
			f.emit(h.view.Runner, "EC2 Instance State-change Notification", map[string]string{"instance-id": h.view.ID, "state": "terminated"})
		})
	}
	h.view.State = "terminated"
	for _, t := range f.tasks {
		if h.view.InstanceArn == "" || t.view.ContainerInstanceArn != h.view.InstanceArn || t.view.LastStatus == "STOPPED" {
			continue
		}
		t.end("TerminationNotice", "Host EC2 (instance "+h.view.ID+") terminated.")
		t.killOnce.Do(func() { close(t.kill) })
	}
}

// Terminate ends a host as who looks after the account's instances does.
func (f *Service) Terminate(id string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	h := f.host(id)
	if h == nil {
		return errors.New("terminate the host " + id + ": there is none")
	}
	f.terminate(h)
	return nil
}

// item is a host in EC2's answers.
func (h Host) item() instanceItem {
	item := instanceItem{ID: h.ID, State: h.State, Code: codeOf(h.State), Subnet: h.Subnet, Launched: h.Launched.UTC().Format(time.RFC3339)}
	for _, key := range slices.Sorted(maps.Keys(h.Tags)) {
		item.Tags = append(item.Tags, tagItem{key, h.Tags[key]})
	}
	return item
}
