package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"aead.dev/minisign"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/release"
	"github.com/attini-go/runner/internal/release/releasetest"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// execResult is what a command printed, and its exit code.
type execResult struct {
	code           int
	stdout, stderr string
}

// releasectl runs a command with keys of the environment.
func releasectl(t *testing.T, keys map[string]string, arguments ...string) execResult {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := execute(t.Context(), arguments, environment{stdout: &stdout, stderr: &stderr, variable: func(name string) string { return keys[name] }})
	for _, secret := range []string{keys[release.SigningKeyVariable], keys[release.SigningPasswordVariable]} {
		if secret != "" {
			assert.NotContains(t, stdout.String()+stderr.String(), secret)
		}
	}
	return execResult{code, stdout.String(), stderr.String()}
}

// newKeys makes keys as they are in the environment.
func newKeys(t *testing.T) (signing, public map[string]string) {
	t.Helper()
	publicKey, key, err := minisign.GenerateKey(nil)
	require.NoError(t, err)
	text, err := key.MarshalText()
	require.NoError(t, err)
	return map[string]string{release.SigningKeyVariable: string(text)}, map[string]string{release.PublicKeyVariable: publicKey.String()}
}

// inAWS makes a bucket in an AWS that the SDK finds by the environment.
func inAWS(t *testing.T, bucket string) {
	t.Helper()
	server := fakeaws.Start(t)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	for _, variable := range fakeaws.Environment(nil, server.Endpoint()) {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	configuration, err := config.LoadDefaultConfig(t.Context())
	require.NoError(t, err)
	_, err = s3.NewFromConfig(configuration).CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &bucket, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: fakeaws.Region},
	})
	require.NoError(t, err)
}

// TestRelease goes the whole way, as docs/releases.md tells it.
func TestRelease(t *testing.T) {
	inAWS(t, "releases")
	signing, public := newKeys(t)
	source, directory := releasetest.Project(t), filepath.Join(t.TempDir(), "build", "releases")
	build := []string{"build", releasetest.Version, "--source", source, "--output", directory}

	made := releasectl(t, signing, build...)
	require.Equal(t, exitOK, made.code, made.stderr)
	assert.Regexp(t, `^[0-9a-f]{64}  9.8.7-rc.1/linux/amd64/attini-runner\n[0-9a-f]{64}  9.8.7-rc.1/linux/arm64/attini-runner\n`, made.stdout)
	assert.Equal(t, 6, strings.Count(made.stdout, "\n"))
	assert.Regexp(t, `release 9.8.7-rc.1 in .*/build/releases is whole: 39 files, signed with the key [0-9A-F]{16}\n$`, made.stderr)
	again := releasectl(t, signing, build...)
	assert.Equal(t, exitOK, again.code, again.stderr)
	assert.Equal(t, made.stdout, again.stdout)

	verified := releasectl(t, public, "verify", releasetest.Version, "--releases", directory)
	assert.Equal(t, exitOK, verified.code, verified.stderr)
	assert.Equal(t, made.stdout, verified.stdout)

	for range 2 {
		published := releasectl(t, public, "publish", releasetest.Version, "--releases", directory, "--bucket", "releases", "--prefix", "agents")
		require.Equal(t, exitOK, published.code, published.stderr)
		assert.True(t, strings.HasSuffix(published.stderr, "release 9.8.7-rc.1 is published in s3://releases/agents/\n"), published.stderr)
	}
	verified = releasectl(t, public, "verify", releasetest.Version, "--bucket", "releases", "--prefix", "agents")
	assert.Equal(t, exitOK, verified.code, verified.stderr)
	assert.Equal(t, made.stdout, verified.stdout)

	testPackages(t, signing, directory)
	testOtherBytes(t, signing, public, source, directory, build)
}

// testPackages installs a package into a folder, and reads the formula.
func testPackages(t *testing.T, signing map[string]string, directory string) {
	t.Helper()
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Log("no dpkg-deb: packages are not tested")
		return
	}
	packages, root := t.TempDir(), t.TempDir()
	for range 2 { // the second time, they have the same bytes
		made := releasectl(t, signing, "package", releasetest.Version, "--releases", directory, "--output", packages, "--address", "https://releases.example.com/agents/")
		require.Equal(t, exitOK, made.code, made.stderr)
	}
	deb := filepath.Join(packages, "runnerctl_9.8.7~rc.1_"+runtime.GOARCH+".deb")
	for _, file := range []string{deb, filepath.Join(packages, "runnerctl.rb")} {
		assert.FileExists(t, file+".sha256")
		assert.FileExists(t, file+".minisig")
	}
	output, err := exec.CommandContext(t.Context(), "dpkg", "-x", deb, root).CombinedOutput()
	require.NoError(t, err, "%s", output)
	output, err = exec.CommandContext(t.Context(), filepath.Join(root, "usr/bin/runnerctl")).CombinedOutput()
	require.NoError(t, err)
	assert.Contains(t, string(output), releasetest.Version)
	assert.FileExists(t, filepath.Join(root, "usr/share/doc/runnerctl/runnerctl.cdx.json"))
	output, err = exec.CommandContext(t.Context(), "dpkg-deb", "--field", deb, "Version", "Architecture").CombinedOutput()
	require.NoError(t, err)
	assert.Equal(t, "Version: 9.8.7~rc.1\nArchitecture: "+runtime.GOARCH+"\n", string(output))

	formula, err := os.ReadFile(filepath.Join(packages, "runnerctl.rb"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(directory, releasetest.Version, "darwin/arm64/runnerctl.sha256"))
	require.NoError(t, err)
	assert.Contains(t, string(formula), "    on_arm do\n      url \"https://releases.example.com/agents/9.8.7-rc.1/darwin/arm64/runnerctl\"\n      sha256 \""+string(sum[:64])+"\"\n")
	if ruby, err := exec.LookPath("ruby"); err == nil {
		output, err := exec.CommandContext(t.Context(), ruby, "-c", filepath.Join(packages, "runnerctl.rb")).CombinedOutput()
		assert.NoError(t, err, "%s", output)
	}
}

// testOtherBytes: neither another commit nor a flipped bit gets the version's
// name.
func testOtherBytes(t *testing.T, signing, public map[string]string, source, directory string, build []string) {
	t.Helper()
	releasetest.Write(t, filepath.Join(source, "README.md"), "another commit")
	releasetest.Commit(t, source)
	other := releasectl(t, signing, build...)
	assert.Equal(t, exitFailed, other.code)
	assert.Contains(t, other.stderr, "9.8.7-rc.1/linux/amd64/attini-runner is there with other bytes\n")

	file := filepath.Join(directory, releasetest.Version, "linux", "arm64", "attini-runner")
	binary, err := os.ReadFile(file)
	require.NoError(t, err)
	binary[len(binary)/2] ^= 1
	require.NoError(t, os.WriteFile(file, binary, 0o600))
	for _, command := range [][]string{{"verify"}, {"publish", "--bucket", "releases"}} {
		refused := releasectl(t, public, append(command, releasetest.Version, "--releases", directory)...)
		assert.Equal(t, exitFailed, refused.code)
		assert.Contains(t, refused.stderr, "this is not the release as it was made; do not use it:\n  9.8.7-rc.1/linux/arm64/attini-runner has the SHA-256 ")
		assert.Contains(t, refused.stderr, "\n  9.8.7-rc.1/linux/arm64/attini-runner.minisig is not the signature of 9.8.7-rc.1/linux/arm64/attini-runner: one of them was changed\n")
		assert.Empty(t, refused.stdout)
	}
}

func TestMisused(t *testing.T) {
	t.Parallel()
	signing, public := newKeys(t)
	signing[release.SigningKeyVariable] = "none"
	project := releasetest.Project(t)
	for name, test := range map[string]struct {
		keys      map[string]string
		arguments []string
		code      int
		want      string
	}{
		"no command":      {nil, nil, exitMisused, "releasectl: expected one of "},
		"no version":      {nil, []string{"build"}, exitMisused, "releasectl: expected \"<version>\""},
		"no such version": {nil, []string{"build", "v1"}, exitFailed, `releasectl: version "v1" begins with a v; `},
		"no checkout":     {nil, []string{"build", "1.0.0", "--source", t.TempDir()}, exitFailed, "not a git repository"},
		"no changelog":    {nil, []string{"build", "1.0.0", "--source", project}, exitFailed, `write a heading "## 1.0.0 - YYYY-MM-DD"`},
		"no key":          {signing, []string{"build", "1.0.0", "--source", project}, exitFailed, "releasectl: read the signing key: it is no secret key of minisign; give the text of the file that `minisign -G` writes, both lines (ATTINI_SIGNING_KEY, ATTINI_SIGNING_PASSWORD)"},
		"no public key":   {map[string]string{release.PublicKeyVariable: "none"}, []string{"verify", "1.0.0"}, exitFailed, "(ATTINI_SIGNING_PUBLIC_KEY)"},
		"no bucket":       {public, []string{"publish", "1.0.0"}, exitFailed, "releasectl: publish: no bucket; name it with --bucket, or make publish BUCKET=…"},
		"no directory":    {public, []string{"verify", "1.0.0", "--releases", filepath.Join(t.TempDir(), "none")}, exitFailed, "open the directory of releases: "},
		"no release":      {public, []string{"verify", "1.0.0", "--releases", t.TempDir()}, exitFailed, "1.0.0/linux/amd64/attini-runner is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := releasectl(t, test.keys, test.arguments...)
			assert.Equal(t, test.code, got.code)
			assert.Contains(t, got.stderr, test.want)
			assert.Empty(t, got.stdout)
		})
	}
	t.Run("help", func(t *testing.T) {
		t.Parallel()
		got := releasectl(t, nil, "--help")
		assert.Equal(t, exitOK, got.code)
		assert.Contains(t, got.stdout, "ATTINI_SIGNING_KEY")
	})
}
