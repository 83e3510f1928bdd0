package protocol

import (
	"slices"
	"strings"
)

// Error names by cause: why a runner did not start, or its task ended while a job ran
// (docs/errors.md). A step fails with one of them only if its plan names it; otherwise
// with the framework's name for the failure.
const (
	// CauseAccessDenied: IAM does not allow a call, or a role cannot be assumed.
	CauseAccessDenied = "Runner.AccessDenied"
	// CauseAgentFailed: the container could not become an agent.
	CauseAgentFailed = "Runner.AgentFailed"
	// CauseCapacityUnavailable: AWS or the runner's host has no room for the task.
	CauseCapacityUnavailable = "Runner.CapacityUnavailable"
	// CauseDiskFull: the image does not fit on the disk.
	CauseDiskFull = "Runner.DiskFull"
	// CauseHostUnavailable: the EC2 host ended, did not register, or does not report.
	CauseHostUnavailable = "Runner.HostUnavailable"
	// CauseImageNotFound: the registry has no such image.
	CauseImageNotFound = "Runner.ImageNotFound"
	// CauseImageUnusable: the image does not run here, or does not run the agent.
	CauseImageUnusable = "Runner.ImageUnusable"
	// CauseInterrupted: AWS or a person ended the task.
	CauseInterrupted = "Runner.Interrupted"
	// CauseInvalidConfiguration: AWS does not accept what the Runner asks for.
	CauseInvalidConfiguration = "Runner.InvalidConfiguration"
	// CauseNetworkUnreachable: the task cannot reach a service that it needs.
	CauseNetworkUnreachable = "Runner.NetworkUnreachable"
	// CauseOutOfMemory: a container was killed because of its memory.
	CauseOutOfMemory = "Runner.OutOfMemory"
	// CauseQuotaExceeded: a quota of the account does not allow another task or host.
	CauseQuotaExceeded = "Runner.QuotaExceeded"
	// CauseServiceUnavailable: an AWS service does not answer, or answers with an error
	// of its own.
	CauseServiceUnavailable = "Runner.ServiceUnavailable"
	// CauseStartFailed: any other reason.
	CauseStartFailed = "Runner.StartFailed"
	// CauseStartTimeout: the container did not start in time.
	CauseStartTimeout = "Runner.StartTimeout"
	// CauseThrottled: AWS or a registry receives too many requests.
	CauseThrottled = "Runner.Throttled"
)

// CausePrefix begins every error name by cause.
const CausePrefix = "Runner."

// Causes returns the error names by cause, sorted.
func Causes() []string {
	return []string{
		CauseAccessDenied, CauseAgentFailed, CauseCapacityUnavailable, CauseDiskFull, CauseHostUnavailable, CauseImageNotFound, CauseImageUnusable,
		CauseInterrupted, CauseInvalidConfiguration, CauseNetworkUnreachable, CauseOutOfMemory, CauseQuotaExceeded, CauseServiceUnavailable,
		CauseStartFailed, CauseStartTimeout, CauseThrottled,
	}
}

// JoinErrorNames returns the text of KeyErrorNames: the names with spaces in between.
func JoinErrorNames(names []string) string { return strings.Join(names, " ") }

// HasErrorName reports whether a text of KeyErrorNames has a name.
func HasErrorName(text, name string) bool {
	return name != "" && slices.Contains(strings.Fields(text), name)
}
