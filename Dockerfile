# Both are given at the build, from wherever this company keeps its images: the .NET 10 SDK and the ASP.NET Core 10 runtime.
#   docker build --build-arg SDK_IMAGE=.../dotnet/sdk:10.0 --build-arg RUNTIME_IMAGE=.../dotnet/aspnet:10.0 -t governed-finetune/operator:0.1.0 .
ARG SDK_IMAGE
ARG RUNTIME_IMAGE
FROM ${SDK_IMAGE} AS build
WORKDIR /source
COPY .editorconfig global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY src/Entities/Entities.csproj src/Entities/
COPY src/Operator/Operator.csproj src/Operator/
RUN dotnet restore src/Operator/Operator.csproj -p:UseUpstreamPackages=true
COPY src/Entities src/Entities
COPY src/Operator src/Operator
RUN dotnet publish src/Operator/Operator.csproj --no-restore --configuration Release --output /app -p:UseUpstreamPackages=true

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app .
ENV DOTNET_EnableDiagnostics=0
USER 1654:1654
EXPOSE 8080
ENTRYPOINT ["dotnet", "/app/GovernedFinetune.Operator.dll"]
