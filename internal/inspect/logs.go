package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/attini-go/runner/internal/planlog"
)

// logPrefix begins the keys of all logs in the artifact store (docs/wire.md, "S3 keys").
const logPrefix = "attini/deployment/logs/runner/"

// logs are the logs of one execution.
type logs struct {
	*Account
	execution, bucket, prefix string
}

// origin says which deployment an execution's payload is of.
type origin struct {
	Environment      string `json:"environment"`
	DistributionName string `json:"distributionName"`
	DistributionID   string `json:"distributionId"`
	StackName        string `json:"stackName"`
	DeploymentSource struct {
		Bucket string `json:"deploymentSourceBucket"`
	} `json:"deploymentSource"`
}

func originOf(input string) (origin, error) {
	var payload struct {
		Origin origin `json:"deploymentOriginData"`
	}
	err := json.Unmarshal([]byte(input), &payload)
	return payload.Origin, err
}

// Logs returns the logs of an execution, and its ARN. target is the execution's ARN, or
// a stack's name for the newest execution of its plan.
func (a *Account) Logs(ctx context.Context, target string) (planlog.Store, string, error) {
	execution := target
	if !isExecution(target) {
		runs, err := a.Runs(ctx, target, 1)
		if err != nil {
			return nil, "", err
		}
		if len(runs) == 0 {
			return nil, "", fmt.Errorf("the plan of stack %s has no execution", target)
		}
		execution = runs[0].ARN
	}
	found, err := a.plans.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil {
		return nil, "", asked(ctx, "states:DescribeExecution", err)
	}
	origin, err := originOf(aws.ToString(found.Input))
	if err != nil || origin.DeploymentSource.Bucket == "" {
		return nil, "", fmt.Errorf("execution %s was not started by a deployment, so its jobs have no log", execution)
	}
	prefix := logPrefix + strings.Join([]string{origin.Environment, origin.DistributionName, origin.DistributionID}, "/") + "/"
	return &logs{a, execution, origin.DeploymentSource.Bucket, prefix}, execution, nil
}

// Objects implements planlog.Store.
func (l *logs) Objects(ctx context.Context) ([]planlog.Object, error) {
	ending := "/" + l.execution[strings.LastIndexByte(l.execution, ':')+1:]
	var all []planlog.Object
	for pages := s3.NewListObjectsV2Paginator(l.objects.ListObjectsV2, &s3.ListObjectsV2Input{Bucket: &l.bucket, Prefix: &l.prefix}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, final(asked(ctx, "s3:ListBucket", err))
		}
		for _, o := range page.Contents {
			key := aws.ToString(o.Key)
			if step, ours := strings.CutSuffix(strings.TrimPrefix(key, l.prefix), ending); ours {
				all = append(all, planlog.Object{Step: step, Key: key, Size: aws.ToInt64(o.Size)})
			}
		}
	}
	slices.SortFunc(all, func(a, b planlog.Object) int { return strings.Compare(a.Step, b.Step) })
	return all, nil
}

// Open implements planlog.Store.
func (l *logs) Open(ctx context.Context, key string, from, to int64) (io.ReadCloser, error) {
	output, err := l.objects.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &l.bucket, Key: &key, Range: aws.String(fmt.Sprintf("bytes=%d-%d", from, to-1)),
	})
	if err != nil {
		return nil, final(asked(ctx, "s3:GetObject", err))
	}
	return output.Body, nil
}

// Running implements planlog.Store.
func (l *logs) Running(ctx context.Context) (bool, error) {
	found, err := l.plans.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &l.execution})
	if err != nil {
		return false, final(asked(ctx, "states:DescribeExecution", err))
	}
	return found.Status == types.ExecutionStatusRunning, nil
}

// final marks errors that another try would have again.
func final(err error) error {
	if hasCode(err, "AccessDenied", "AccessDeniedException", "NoSuchBucket", "ExecutionDoesNotExist", "InvalidArn") {
		return errors.Join(err, planlog.ErrFinal)
	}
	return err
}
