package fakecfn

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// tick is how often a stack is looked at.
const tick = 20 * time.Millisecond

// signature names who asks; nobody counts it.
func signature(region string) string {
	return "AWS4-HMAC-SHA256 Credential=AKIAFORMATION/20260101/" + region + "/cloudformation/aws4_request, SignedHeaders=host, Signature=0"
}

// regionIn is the region of a stack's id.
func regionIn(stack string) string {
	if parts := strings.Split(stack, ":"); len(parts) > 3 {
		return parts[3]
	}
	return fakeaws.Region
}

// watch waits until a stack is at rest, and tells its status as CloudFormation
// does ("CloudFormation Stack Status Change"): the first and the last of them.
func (f *Service) watch(stack string) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	told := ""
	for {
		status, known := f.status(stack)
		if !known {
			status = "DELETE_COMPLETE"
		}
		if status != told {
			told = status
			f.emit(stack, status)
		}
		if !strings.HasSuffix(status, "_IN_PROGRESS") {
			return
		}
		select {
		case <-ticker.C:
		case <-f.ctx.Done():
			return
		}
	}
}

// status is a stack's; known is false when there is none.
func (f *Service) status(stack string) (status string, known bool) {
	form := url.Values{"Action": {"DescribeStacks"}, "Version": {apiVersion}, "StackName": {stack}}
	request := httptest.NewRequestWithContext(f.ctx, http.MethodPost, "/", nil)
	request.Header.Set("Authorization", signature(regionIn(stack)))
	answer, err := f.ask(request, form)
	if err != nil {
		return "", false
	}
	var described struct {
		Status string `xml:"DescribeStacksResult>Stacks>member>StackStatus"`
	}
	if xml.Unmarshal(answer.Body.Bytes(), &described) != nil || described.Status == "" {
		return "", false
	}
	return described.Status, true
}

func (f *Service) emit(stack, status string) { f.emitOperation(stack, status, "") }

// emitOperation tells a stack's status with the token of its operation.
// Those of a stack whose name ends with SilentSuffix are lost.
func (f *Service) emitOperation(stack, status, token string) {
	if strings.HasSuffix(nameIn(stack), SilentSuffix) {
		return
	}
	detail, err := json.Marshal(map[string]any{
		"stack-id": stack, "client-request-token": token,
		"status-details": map[string]string{"status": status, "status-reason": ""},
	})
	if err != nil {
		panic(err) // never of strings
	}
	_ = f.cloud.PutEvent(f.ctx, regionIn(stack), "aws.cloudformation", "CloudFormation Stack Status Change", detail) // the stand-in ends
}
