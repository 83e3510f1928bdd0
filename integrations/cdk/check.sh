#!/bin/sh
# Checks the constructs with the real CDK, and packs them: mistakes are found by the
# compilers, and the examples become what examples/service becomes.
# Usage: check.sh NODE PYTHON VERSION: folders with node_modules and with bin/python.
set -eu
node=$(realpath "$1")/node_modules python=$(realpath "$2")/bin version=$3
cd "$(dirname "$0")/../.."
export PYTHONPATH="$PWD/integrations/cdk/python" MYPYPATH="$PWD/integrations/cdk/python" PYTHONDONTWRITEBYTECODE=1
build=$PWD/build/cdk
rm -rf "$build"
package=$build/node_modules/attini-runner-cdk
mkdir -p "$package" "$build/python"

# TypeScript finds modules beside the file that it compiles.
for module in aws-cdk-lib constructs @aws-cdk; do
	ln -s "$node/$module" "$build/node_modules/$module"
done
cp integrations/cdk/typescript/* examples/cdk/service.ts "$build"
(
	cd "$build"
	"$node/.bin/tsc" -p .
	cp -r lib "$package"
	sed "s/\"0\.0\.0\"/\"$version\"/" package.json >"$package/package.json"
	"$node/.bin/tsc" -p examples.json
	(cd "$package" && npm pack --silent --pack-destination "$build")
)
"$python/mypy" --strict --cache-dir "$build/mypy" examples/cdk/service.py integrations/cdk/python/mistakes.py

cp -r integrations/cdk/python/. "$build/python"
sed -i "s/\"0\.0\.0\"/\"$version\"/" "$build/python/pyproject.toml"
"$python/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$build" "$build/python"

go build -o "$build/runnerctl" ./cmd/runnerctl
expand() {
	"$build/runnerctl" expand "$1" --lookups examples/lookups.json -o "$2"
}
expand examples/service/init-stack.yaml "$build/wanted.json"
(cd "$build" && CDK_OUTDIR=typescript node service.js)
CDK_OUTDIR=$build/python-out "$python/python" examples/cdk/service.py
for synthesised in typescript python-out; do
	expand "$build/$synthesised/service.template.json" "$build/got.json"
	# CloudFormation does not see the order of names, which the CDK changes.
	node -e 'require("assert").deepStrictEqual(...process.argv.slice(1).map((f) => require(f)))' "$build/wanted.json" "$build/got.json"
done
echo "The packages are in build/cdk."
