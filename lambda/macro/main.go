// Command macro is the CloudFormation macro AttiniDeploymentPlan.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	logger := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	lambda.Start(handler{logger: logger})
}
