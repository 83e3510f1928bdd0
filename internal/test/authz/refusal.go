package authz

import (
	"net/http"
	"strings"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// refusalOf is what a service answers to a call that is not permitted: its code
// and its words.
func refusalOf(call fakeaws.Call, no refused, user string) *fakeaws.Refusal {
	request := no.request
	switch call.Service {
	case "ec2":
		return &fakeaws.Refusal{
			Status: http.StatusForbidden, Code: "UnauthorizedOperation",
			Message: "You are not authorized to perform this operation. " + no.decision.Words(user, request) +
				". Encoded authorization failure message: " + strings.Repeat("x", 400),
		}
	case "s3":
		request.Resource = `"` + request.Resource + `"`
		return &fakeaws.Refusal{Status: http.StatusForbidden, Code: "AccessDenied", Message: no.decision.Words(user, request)}
	case "sqs": // it has the actions in lower case
		request.Action = strings.ToLower(request.Action)
		return &fakeaws.Refusal{
			Status: http.StatusForbidden, Code: "com.amazon.coral.service#AccessDeniedException", QueryCode: "AccessDenied",
			Message: no.decision.Words(user, request),
		}
	case "dynamodb":
		return &fakeaws.Refusal{Status: http.StatusBadRequest, Code: "com.amazon.coral.service#AccessDeniedException", Message: no.decision.Words(user, request)}
	case "lambda":
		return &fakeaws.Refusal{Status: http.StatusForbidden, Code: "AccessDeniedException", Message: no.decision.Words(user, request)}
	case "cloudformation", "iam", "sts", "sns", "monitoring":
		return &fakeaws.Refusal{Status: http.StatusForbidden, Code: "AccessDenied", Message: no.decision.Words(user, request)}
	}
	return &fakeaws.Refusal{Status: http.StatusBadRequest, Code: "AccessDeniedException", Message: no.decision.Words(user, request)}
}

// unknownCaller is the answer to credentials that AWS has not given.
func unknownCaller(call fakeaws.Call) *fakeaws.Refusal {
	code := map[string]string{"ec2": "AuthFailure", "s3": "InvalidAccessKeyId", "cloudformation": "InvalidClientTokenId", "iam": "InvalidClientTokenId", "sts": "InvalidClientTokenId"}[call.Service]
	if code == "" {
		code = "UnrecognizedClientException"
	}
	return &fakeaws.Refusal{Status: http.StatusForbidden, Code: code, Message: "The security token included in the request is invalid."}
}
