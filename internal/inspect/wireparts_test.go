package inspect_test

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// networkXML is the answer of EC2 about subnets, routes and endpoints.
func (a *account) networkXML(operation string) string {
	switch operation {
	case "DescribeSubnets":
		if slices.Equal(a.subnets, []string{"none"}) {
			return "<subnetSet/>"
		}
		return "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availableIpAddressCount>" + cmp.Or(strings.Join(a.subnets, ""), "200") + "</availableIpAddressCount></item></subnetSet>"
	case "DescribeRouteTables":
		return "<routeTableSet><item><routeTableId>rtb-1</routeTableId><routeSet>" + cmp.Or(a.routes, natRoute("active")) + "</routeSet></item></routeTableSet>"
	case "DescribeSecurityGroups":
		if a.egress == "gone" {
			return "<securityGroupInfo/>"
		}
		return "<securityGroupInfo><item><groupId>sg-1</groupId><ipPermissionsEgress><item>" + cmp.Or(a.egress, "<ipProtocol>-1</ipProtocol>") + "</item></ipPermissionsEgress></item></securityGroupInfo>"
	case "DescribeVpcEndpoints":
		return "<vpcEndpointSet/>"
	}
	return ""
}

func natRoute(state string) string {
	return "<item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><state>" + state + "</state></item>"
}

// inJSON is the answer of the other services.
func (a *account) inJSON(operation, function string, input object) any {
	switch operation {
	case "GetFunctionConfiguration":
		answer := object{"FunctionName": function, "State": "Active", "LastUpdateStatus": "Successful", "Environment": object{"Variables": object{"ATTINI_RUNNER_VERSION": "2.1.0"}}}
		if function == "attini-action" {
			maps.Copy(answer, a.launcher)
		}
		return answer
	case "GetFunctionConcurrency":
		if a.reserved != nil && function == "attini-action" {
			return object{"ReservedConcurrentExecutions": *a.reserved}
		}
		return object{}
	case "ListExecutions":
		if a.execution == "" {
			return object{"executions": []object{}}
		}
		return object{"executions": []object{a.described()}}
	case "DescribeExecution":
		return a.described()
	case "GetExecutionHistory":
		return object{"events": reversed(a.history)}
	case "GetItem":
		return object{"Item": a.found(input)}
	case "Query":
		items := []object{}
		for _, step := range a.claims {
			items = append(items, attributes(object{"stepName": step, "taskId": current, "claimedAt": now().Add(-time.Hour).UnixMilli()}))
		}
		return object{"Items": items, "Count": len(items), "ScannedCount": len(items)}
	case "GetQueueAttributes":
		waiting, held := a.visible, a.held
		switch path.Base(input["QueueUrl"].(string)) {
		case "dead":
			waiting, held = a.dead, 0
		case "lost":
			waiting, held = a.lost, 0
		}
		return object{"Attributes": object{"ApproximateNumberOfMessages": strconv.Itoa(waiting), "ApproximateNumberOfMessagesNotVisible": strconv.Itoa(held)}}
	case "ListContainerInstances":
		if !a.host.registered {
			return object{"containerInstanceArns": []string{}}
		}
		return object{"containerInstanceArns": []string{fmt.Sprintf(arns, "ecs", "container-instance/attini-default/1")}}
	case "DescribeContainerInstances":
		return object{"containerInstances": []object{{"ec2InstanceId": "i-1", "agentConnected": a.host.connected}}}
	}
	return a.tasksJSON(operation, input)
}

// tasksJSON is the answer of ECS about tasks, and of CloudWatch Logs about what they printed.
func (a *account) tasksJSON(operation string, input object) any {
	switch operation {
	case "ListTasks":
		found := []string{}
		for _, task := range a.tasks {
			if task["lastStatus"] == "STOPPED" {
				found = append(found, task["taskArn"].(string))
			}
		}
		return object{"taskArns": found}
	case "DescribeTasks":
		asked, found, missing := input["tasks"].([]any), []object{}, []object{}
		for _, arn := range asked {
			if i := slices.IndexFunc(a.tasks, func(task object) bool { return task["taskArn"] == arn }); i >= 0 {
				found = append(found, a.tasks[i])
			} else {
				missing = append(missing, object{"arn": arn, "reason": "MISSING"})
			}
		}
		return object{"tasks": found, "failures": missing}
	case "DescribeTaskDefinition":
		definition := object{"taskDefinitionArn": fmt.Sprintf(arns, "ecs", "task-definition/shop-Build:1"), "status": "ACTIVE", "executionRoleArn": startRole, "containerDefinitions": []object{{
			"name": "runner", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/build:1",
			"logConfiguration": object{"logDriver": "awslogs", "options": object{"awslogs-group": "shop-BuildLogGroup-1", "awslogs-stream-prefix": "logs"}},
		}}}
		maps.Copy(definition, a.definition)
		return object{"taskDefinition": definition}
	case "DescribeImages":
		return object{"imageDetails": []object{{"repositoryName": input["repositoryName"]}}}
	case "GetLogEvents":
		events := []object{}
		if a.log != "" {
			events = append(events, object{"timestamp": now().UnixMilli(), "message": a.log})
		}
		return object{"events": events}
	}
	panic("the account does not know " + operation)
}

func (a *account) described() object {
	return object{
		"executionArn": fmt.Sprintf(arns, "states", "execution:"+plan+":1"), "stateMachineArn": fmt.Sprintf(arns, "states", "stateMachine:"+plan), "name": "1", "status": a.execution,
		"startDate": seconds(now().Add(-time.Hour)), "input": `{"deploymentOriginData":{"environment":"dev","distributionName":"shop","stackName":"shop"}}`,
	}
}

func seconds(at time.Time) int64 { return at.Unix() }

// reversed numbers events, each of which follows the one before, and has the newest first.
func reversed(events []object) []object {
	for i, e := range events {
		e["id"], e["previousEventId"], e["timestamp"] = i+1, i, seconds(now().Add(-5*time.Minute))
	}
	answer := slices.Clone(events)
	slices.Reverse(answer)
	return answer
}

// found is an item of a table.
func (a *account) found(input object) object {
	if input["TableName"] == "AttiniDeployDataV1" {
		started, deployed := "1", now().Add(-2*time.Hour)
		if a.superseded {
			started, deployed = "2", now().Add(-time.Minute)
		}
		machine := fmt.Sprintf(arns, "states", "stateMachine:"+plan)
		return object{
			"executionArns":   object{"M": attributes(object{machine: fmt.Sprintf(arns, "states", "execution:"+plan+":"+started)})},
			"deploymentTimes": object{"M": attributes(object{machine: deployed.UnixMilli()})},
		}
	}
	key := input["Key"].(map[string]any)["resourceType"].(map[string]any)["S"]
	switch {
	case key == "RunnerConfiguration" && a.unconfigured, key == "Runner" && a.deleted:
		return nil
	case key == "RunnerConfiguration":
		return attributes(object{"name": "shop-Build#v1-1"})
	}
	item := object{
		"name": "shop-Build", "cluster": "attini-default", "taskDefinitionArn": fmt.Sprintf(arns, "ecs", "task-definition/shop-Build:1"), "roleArn": taskRole,
		"maxConcurrentJobs": 5, "subnets": []string{"subnet-1"}, "securityGroups": []string{"sg-1"}, "assignPublicIp": "DISABLED",
	}
	if a.host != nil {
		maps.Copy(item, object{"ec2Configuration": object{"M": object{}}, "latestEc2InstanceId": "i-1", "hostBootedAt": now().Add(-5 * time.Minute).UnixMilli()})
	}
	maps.Copy(item, a.item)
	return attributes(item)
}

// attributes are values as DynamoDB writes them.
func attributes(values object) object {
	all := object{}
	for name, value := range values {
		switch value := value.(type) {
		case string:
			all[name] = object{"S": value}
		case bool:
			all[name] = object{"BOOL": value}
		case []string:
			all[name] = object{"SS": value}
		case object:
			all[name] = value
		default:
			all[name] = object{"N": fmt.Sprint(value)}
		}
	}
	return all
}
