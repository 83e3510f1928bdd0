package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/release/releasetest"
)

func TestGoVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{
		"2.1.0": "v0.201.0", "2.10.3": "v0.210.3", "3.0.0-rc.1": "v0.300.0-rc.1", "10.99.0": "v0.1099.0",
	} {
		got, err := GoVersion(version)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, version := range []string{"v2.1.0", "2.1", "2.100.0"} {
		_, err := GoVersion(version)
		assert.ErrorContains(t, err, version)
	}
}

// TestGoInstall installs a program of the tagged modules as its users do, from a proxy
// that is a folder.
func TestGoInstall(t *testing.T) {
	t.Parallel()
	project := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                "module " + rootModule + "\n\ngo 1.26.0\n\nrequire " + agentModule + " v0.0.0\n\nreplace " + agentModule + " => ./agent\n",
		"cmd/runnerctl/main.go": "package main\n\nimport \"" + agentModule + "/words\"\n\nfunc main() { println(words.Text) }\n",
		"agent/go.mod":          "module " + agentModule + "\n\ngo 1.26.0\n",
		"agent/words/words.go":  "package words\n\nconst Text = \"from the agent\"\n",
	} {
		releasetest.Write(t, filepath.Join(project, filepath.FromSlash(name)), text)
	}
	releasetest.Commit(t, project)
	releasetest.Git(t, project, "config", "user.name", "Test")
	releasetest.Git(t, project, "config", "user.email", "test@example.com")
	source, err := OpenSource(t.Context(), project)
	require.NoError(t, err)
	tags, err := source.TagModules(t.Context(), "9.8.7")
	require.NoError(t, err)
	assert.Equal(t, []string{"agent/v0.908.7", "v0.908.7"}, tags)
	assert.Empty(t, releasetest.Git(t, project, "status", "--porcelain"), "the checkout is as it was")

	proxy, bin := t.TempDir(), t.TempDir()
	module := func(path, tag, folder string, files ...string) {
		at := filepath.Join(proxy, filepath.FromSlash(path), "@v")
		releasetest.Write(t, filepath.Join(at, "v0.908.7.mod"), releasetest.Git(t, project, "show", tag+":"+folder+"go.mod")+"\n")
		releasetest.Write(t, filepath.Join(at, "v0.908.7.info"), `{"Version": "v0.908.7"}`)
		releasetest.Write(t, filepath.Join(at, "list"), "v0.908.7\n")
		tree := tag
		if folder != "" {
			tree += ":" + folder
		}
		releasetest.Git(t, project, append([]string{"archive", "--format=zip", "--prefix=" + path + "@v0.908.7/", "--output=" + filepath.Join(at, "v0.908.7.zip"), tree}, files...)...)
	}
	module(rootModule, tags[1], "", "go.mod", "cmd")
	module(agentModule, tags[0], "agent/")
	install := exec.CommandContext(t.Context(), "go", "install", rootModule+"/cmd/runnerctl@v0.908.7")
	install.Dir = bin
	install.Env = append(os.Environ(), "GOPROXY=file://"+proxy, "GONOSUMDB=*", "GOFLAGS=-modcacherw", "GOMODCACHE="+t.TempDir(), "GOBIN="+bin, "GOWORK=off")
	output, err := install.CombinedOutput()
	require.NoError(t, err, "%s", output)
	output, err = exec.CommandContext(t.Context(), filepath.Join(bin, "runnerctl")).CombinedOutput()
	require.NoError(t, err)
	assert.Equal(t, "from the agent\n", string(output))
}
