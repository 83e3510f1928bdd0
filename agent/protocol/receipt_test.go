package protocol_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/agent/protocol"
)

// TestIsStaleReceipt: the answers were recorded from SQS.
func TestIsStaleReceipt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		code, message string
		want          bool
	}{
		{"InvalidParameterValue", "Value AQEB for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.", true},
		{"InvalidParameterValue", "Value AQEB for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", true},
		{"ReceiptHandleIsInvalid", "The input receipt handle is invalid.", true},
		{"MessageNotInflight", "", true},
		{"AWS.SimpleQueueService.MessageNotInflight", "", true},
		{"InvalidParameterValue", "Value 50000 for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200.", false},
		{"AccessDenied", "receipt handle has expired", false},
		{"", "", false},
	} {
		assert.Equal(t, test.want, protocol.IsStaleReceipt(test.code, test.message), "%s %s", test.code, test.message)
	}
}
