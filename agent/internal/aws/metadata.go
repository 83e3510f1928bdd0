package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Container describes the agent's container, as the ECS metadata endpoint (version 4)
// does. It is zero outside of ECS.
type Container struct {
	// TaskARN identifies the agent.
	TaskARN string
	// DesiredStatus is RUNNING or STOPPED.
	DesiredStatus string
	// LogLink is the address of the container's log; "" without one.
	LogLink string
}

// metadataTimeout bounds one request; the endpoint is on the host.
const metadataTimeout = 2 * time.Second

// maxMetadata bounds the response, in bytes.
const maxMetadata = 1 << 20

// Metadata reads the ECS metadata endpoint.
type Metadata struct {
	client *http.Client
	url    string
}

// NewMetadata reads from the address in ECS_CONTAINER_METADATA_URI_V4; "" outside of
// ECS.
func NewMetadata(address string) *Metadata {
	return &Metadata{client: &http.Client{Timeout: metadataTimeout}, url: address}
}

// Container reads the metadata of the agent's container.
func (m *Metadata) Container(ctx context.Context) (Container, error) {
	if m.url == "" {
		return Container{}, nil
	}
	text, err := m.get(ctx)
	if err != nil {
		return Container{}, fmt.Errorf("ask the ECS metadata endpoint: %w", err)
	}
	var answer struct {
		DesiredStatus string            `json:"DesiredStatus"`
		Labels        map[string]string `json:"Labels"`
		LogOptions    map[string]string `json:"LogOptions"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return Container{}, fmt.Errorf("read the ECS metadata: %w", err)
	}
	return Container{
		TaskARN: answer.Labels["com.amazonaws.ecs.task-arn"], DesiredStatus: answer.DesiredStatus,
		LogLink: logLink(answer.LogOptions),
	}, nil
}

func (m *Metadata) get(ctx context.Context) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url, nil)
	if err != nil {
		return nil, err
	}
	response, err := m.client.Do(request)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxMetadata))
	if closed := response.Body.Close(); err == nil {
		err = closed
	}
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", response.StatusCode)
	}
	return text, err
}

// logLink returns the address of a log stream in the console, which expects names
// that are encoded twice.
func logLink(options map[string]string) string {
	region, group, stream := options["awslogs-region"], options["awslogs-group"], options["awslogs-stream"]
	if region == "" || group == "" || stream == "" {
		return ""
	}
	twice := func(name string) string { return url.QueryEscape(url.QueryEscape(name)) }
	return "https://" + region + ".console." + consoleDomain(region) + "/cloudwatch/home?region=" + region +
		"#logsV2:log-groups/log-group/" + twice(group) + "/log-events/" + twice(stream)
}

// consoleDomain returns the console's domain in the region's partition.
func consoleDomain(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "amazonaws.cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "amazonaws-us-gov.com"
	default:
		return "aws.amazon.com"
	}
}
