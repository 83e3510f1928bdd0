// Package metrics writes the agent's CloudWatch metrics in the embedded metric
// format: lines of JSON in the container's log, from which CloudWatch Logs reads
// the values. It needs no permission and calls no service.
//
// An embedded-metric line has a member "_aws", which names a namespace, and members
// that are dimensions or metrics. A metric's member is a number or up to 100
// numbers. CloudWatch aggregates metrics by the minute and charges for each
// combination of name and dimensions in the hours in which it has values. So there
// is one line for a minute in which something was counted or a job ran, with only
// the metrics that have a value, and one dimension.
//
// The metrics are:
//
//	JobsStarted    Count         jobs that started to run
//	JobsSucceeded  Count         jobs that ended, by worker.Outcome:
//	JobsFailed     Count
//	JobsTimedOut   Count
//	JobsStopped    Count         ended because the agent was halted
//	JobsAbandoned  Count         ended because their step had ended
//	QueueWait      Milliseconds  each job, from its sending to its start
//	RunTime        Milliseconds  each job, from its start to its end
//	JobsInFlight   Count         running jobs: the minute's maximum, and the number
//	                             at its end if that is lower
//
// Use the statistic Sum for the counts, and Maximum for JobsInFlight. A missing
// count is 0.
package metrics
