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

// Container is what the ECS metadata endpoint (version 4) tells of the agent's
// container. The zero Container is that of an agent outside of ECS.
type Container struct {
	// TaskARN is the agent's identity.
	TaskARN string
	// DesiredStatus is RUNNING or STOPPED.
	DesiredStatus string
	// LogLink leads to the container's log; "" where there is none.
	LogLink string
}

// metadataTimeout bounds one question: the endpoint is on the host.
const metadataTimeout = 2 * time.Second

// maxMetadata bounds the answer.
const maxMetadata = 1 << 20

// Metadata asks the ECS metadata endpoint.
type Metadata struct {
	client *http.Client
	url    string
}

// NewMetadata asks at the address that ECS puts into the container's
// environment; "" outside of ECS.
func NewMetadata(address string) *Metadata {
	return &Metadata{client: &http.Client{Timeout: metadataTimeout}, url: address}
}

// Container asks for the agent's container.
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

// logLink is the console's page of a log stream. The console takes names that
// are encoded twice.
func logLink(options map[string]string) string {
	region, group, stream := options["awslogs-region"], options["awslogs-group"], options["awslogs-stream"]
	if region == "" || group == "" || stream == "" {
		return ""
	}
	twice := func(name string) string { return url.QueryEscape(url.QueryEscape(name)) }
	return "https://" + region + ".console." + consoleDomain(region) + "/cloudwatch/home?region=" + region +
		"#logsV2:log-groups/log-group/" + twice(group) + "/log-events/" + twice(stream)
}

// consoleDomain is that of the region's partition.
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
