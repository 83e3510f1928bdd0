package fakeecs

import (
	"encoding/json"
	"net/http"
	"strings"
)

// serveMetadata answers what containers ask about themselves (task metadata
// endpoint version 4).
func (f *Service) serveMetadata(w http.ResponseWriter, r *http.Request) {
	id := strings.Split(strings.TrimPrefix(r.URL.Path, "/v4/"), "/")[0]
	f.mutex.Lock()
	t := f.find(id)
	var view Task
	if t != nil {
		view = t.view.clone()
	}
	f.mutex.Unlock()
	if t == nil {
		http.NotFound(w, r)
		return
	}
	container := view.Containers[t.container].Name
	text, err := json.Marshal(map[string]any{
		"Name": container, "DesiredStatus": view.DesiredStatus, "KnownStatus": view.LastStatus,
		"Labels": map[string]string{"com.amazonaws.ecs.task-arn": view.TaskArn, "com.amazonaws.ecs.container-name": container},
		"LogOptions": map[string]string{
			"awslogs-region": f.config.Region, "awslogs-group": "runner", "awslogs-stream": "logs/" + container + "/" + id,
		},
	})
	if err != nil {
		panic(err) // never of strings
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // the client's matter
}
