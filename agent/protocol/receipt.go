package protocol

import "strings"

// IsStaleReceipt reports whether SQS refuses a receipt, by the code and message of its
// error, because the message was deleted, is visible again, or was received again. SQS
// has an error of its own for some queues and calls only.
func IsStaleReceipt(code, message string) bool {
	switch code[strings.LastIndexByte(code, '.')+1:] {
	case "MessageNotInflight", "ReceiptHandleIsInvalid":
		return true
	case "InvalidParameterValue":
		return strings.Contains(message, "Message does not exist or is not available for visibility timeout change") ||
			strings.Contains(message, "receipt handle has expired")
	}
	return false
}
