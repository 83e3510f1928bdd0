package aws

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/attini-go/runner/agent/protocol"
)

// StartupCommands returns the startup commands of a configuration of the runner. The
// id is a hash of the content, so that nobody who can write the table can give an agent
// other commands than those that the launcher started its task for.
func (r *RunnerItem) StartupCommands(ctx context.Context, id string) ([]string, error) {
	found, err := read(ctx, r.client, r.table, item{
		protocol.AttrResourceType: stringAttr(protocol.TypeRunnerConfiguration), protocol.AttrName: stringAttr(r.name + protocol.NameSeparator + id),
	})
	if err != nil {
		return nil, r.wrapError("read the startup commands", err)
	}
	text := stringOf(found[protocol.AttrConfiguration])
	sum := sha256.Sum256([]byte(text))
	var configuration struct {
		Startup struct{ Commands []string } `json:"startup"`
	}
	if id != protocol.ConfigurationIDPrefix+hex.EncodeToString(sum[:])[:protocol.ConfigurationIDDigits] || json.Unmarshal([]byte(text), &configuration) != nil {
		return nil, fmt.Errorf("read the startup commands in table %s: %w", r.table, errOtherConfiguration)
	}
	return configuration.Startup.Commands, nil
}

// errOtherConfiguration means that the table has another content for the
// configuration that the launcher started the task from.
var errOtherConfiguration = errors.New("the configuration is missing or was changed, so its commands are not run; deploy the runner's stack again")
