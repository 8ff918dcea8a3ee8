# The commands of the repository. `make demo` and `make test` need the .NET 10 SDK, Node.js with npm, Python 3.11 and GNU make.
CONFIGURATION ?= Release

.PHONY: demo sandbox sandbox-down test bench build generate tools packages clean

## demo: build, start a sandbox and the operator, and show one governed run from kubectl apply to the verified audit record
demo: build tools
	@python3 -m demo run --configuration $(CONFIGURATION)

## sandbox: start the sandbox and the operator and leave them running
sandbox: build tools
	@python3 -m demo up --configuration $(CONFIGURATION)

## sandbox-down: stop what `make sandbox` started
sandbox-down:
	@python3 -m demo down

## test: run every test; the last line is "N passed, N failed, N skipped"
test: build tools
	@python3 scripts/test.py --configuration $(CONFIGURATION)

## bench: measure, print a table and write bench/results/latest.json (MEASURES="list watch" REPEATS=3 for less)
bench: packages
	@dotnet build bench/Sandbox.Bench --configuration Release --nologo --verbosity quiet
	@dotnet bench/Sandbox.Bench/bin/Release/net10.0/GovernedFinetune.Sandbox.Bench.dll $(MEASURES) --repeats $(or $(REPEATS),5) --output bench/results/latest.json

## build: build the solution with the packages that the feed has
build: packages
	@dotnet build GovernedFinetune.sln --configuration $(CONFIGURATION) --nologo --verbosity quiet

## generate: write config/crds and docs/api-reference.md from the C# types, and the chart's copies of config/
generate: packages
	@dotnet run --project tools/CrdGenerator -- .

tools:
	@scripts/tools.sh

packages:
	@scripts/packages.sh

clean:
	@rm -rf .run artifacts
	@dotnet clean GovernedFinetune.sln --nologo --verbosity quiet
