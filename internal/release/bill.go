package release

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
)

// project is the import path below which all of the project's modules are.
const project = "github.com/attini-go/runner"

// billVersion is that of CycloneDX.
const billVersion = cyclonedx.SpecVersion1_6

// bill is the bill of materials of a program: the modules in it as the Go linker
// noted them, and Go's own library. It has no serial number and no time but the
// commit's, so that the same binary has the same bill.
func bill(version string, binary File, made time.Time) (File, error) {
	info, err := modules(binary.Data)
	if err != nil {
		return File{}, fmt.Errorf("write the bill of materials of %s: %w", binary.Path, err)
	}
	program := component(info.Main, version)
	program.Type, program.Name = cyclonedx.ComponentTypeApplication, path.Base(binary.Path)
	program.Hashes = &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: binary.Sum()}}
	program.Licenses = &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}}
	program.Properties = settings(info)

	goVersion := strings.TrimPrefix(info.GoVersion, "go")
	libraries := []cyclonedx.Component{*component(debug.Module{Path: "std", Version: goVersion}, version)}
	for _, module := range info.Deps {
		libraries = append(libraries, *component(*module, version))
	}
	slices.SortFunc(libraries, func(a, b cyclonedx.Component) int { return strings.Compare(a.BOMRef, b.BOMRef) })
	references := []string{}
	for _, library := range libraries {
		references = append(references, library.BOMRef)
	}

	document := cyclonedx.NewBOM()
	document.Metadata = &cyclonedx.Metadata{Timestamp: made.UTC().Format(time.RFC3339), Component: program}
	document.Components = &libraries
	document.Dependencies = &[]cyclonedx.Dependency{{Ref: program.BOMRef, Dependencies: &references}}
	var text bytes.Buffer
	encoder := cyclonedx.NewBOMEncoder(&text, cyclonedx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false)
	if err := encoder.EncodeVersion(document, billVersion); err != nil {
		return File{}, fmt.Errorf("write the bill of materials of %s: %w", binary.Path, err)
	}
	return File{Path: binary.Path + billSuffix, Data: text.Bytes()}, nil
}

// component is a module. The project's own have the release's version.
func component(module debug.Module, version string) *cyclonedx.Component {
	if module.Path == project || strings.HasPrefix(module.Path, project+"/") {
		module = debug.Module{Path: module.Path, Version: version}
	}
	if module.Replace != nil {
		module = *module.Replace
	}
	url := "pkg:golang/" + module.Path + "@" + module.Version
	c := &cyclonedx.Component{
		Type: cyclonedx.ComponentTypeLibrary, BOMRef: url, PackageURL: url,
		Name: module.Path, Version: module.Version, Scope: cyclonedx.ScopeRequired,
	}
	// The hash of go.sum is one over the module's files, not of an archive;
	// the tools for CycloneDX give it like this all the same.
	if digest, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(module.Sum, "h1:")); err == nil && len(digest) > 0 {
		c.Hashes = &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(digest)}}
	}
	return c
}

// settings are what else decides on the bytes of a program: Go's version, and
// what it was told.
func settings(info *debug.BuildInfo) *[]cyclonedx.Property {
	properties := []cyclonedx.Property{{Name: "go:version", Value: info.GoVersion}}
	for _, setting := range info.Settings {
		properties = append(properties, cyclonedx.Property{Name: "go:build:" + setting.Key, Value: setting.Value})
	}
	return &properties
}
