#!/usr/bin/env bash
# Asks the package feed, once, whether it has the packages that some feeds lack, and remembers the answer in
# Packages.local.props (git-ignored). With all of them the build uses the real packages, otherwise the stand-ins in compat/.
# Delete that file to ask again. A feed that cannot be reached is not an answer: then nothing is remembered.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly answer="$root/Packages.local.props"

say() {
  if grep -q '<UseUpstreamPackages>true<' "$answer"; then
    echo "Packages: the real KubeOps and AWSSDK packages (Packages.local.props)."
  else
    echo "Packages: stand-ins from compat/ for KubeOps.* and AWSSDK.{SageMaker,EMRServerless,SecretsManager} (Packages.local.props)."
  fi
}

if [[ ! -d "$root/compat" ]]; then
  echo "Packages: the real ones (there is no compat/)."
  exit 0
fi
if [[ -f "$answer" ]]; then
  say
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$root/Directory.Packages.props" "$root/global.json" "$work/"
[[ -f "$root/NuGet.config" ]] && cp "$root/NuGet.config" "$work/"
cat >"$work/probe.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <UseUpstreamPackages>true</UseUpstreamPackages>
    <ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="KubeOps.Operator" />
    <PackageReference Include="AWSSDK.SageMaker" />
    <PackageReference Include="AWSSDK.EMRServerless" />
    <PackageReference Include="AWSSDK.SecretsManager" />
  </ItemGroup>
</Project>
PROJECT

# NU1101 and NU1102: the feed answered, and lacks the package or the version. NU1603: it has another version only.
if output=$(cd "$work" && dotnet restore -p:TreatWarningsAsErrors=true -p:UseUpstreamPackages=true probe.csproj 2>&1); then
  upstream=true
elif grep -qE 'NU1101|NU1102|NU1603' <<<"$output"; then
  upstream=false
else
  echo "$output" >&2
  echo "scripts/packages.sh: the package feed gave no answer; check your NuGet sources ('dotnet nuget list source')." >&2
  exit 1
fi

cat >"$answer" <<PROPS
<Project>
  <!-- Written by scripts/packages.sh: what the package feed had. Delete to ask again. -->
  <PropertyGroup>
    <UseUpstreamPackages Condition="'\$(UseUpstreamPackages)' == ''">$upstream</UseUpstreamPackages>
  </PropertyGroup>
</Project>
PROPS
say
