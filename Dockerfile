ARG DOTNET=10.0
FROM dotnet/sdk:${DOTNET} AS build
WORKDIR /source
COPY .editorconfig global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY src/Directory.Build.props src/
COPY src/Entities/Entities.csproj src/Entities/
COPY src/Operator/Operator.csproj src/Operator/
RUN dotnet restore src/Operator/Operator.csproj -p:UseUpstreamPackages=true
COPY src/Entities src/Entities
COPY src/Operator src/Operator
RUN dotnet publish src/Operator/Operator.csproj --no-restore --configuration Release --output /app -p:UseUpstreamPackages=true

FROM dotnet/aspnet:${DOTNET}
WORKDIR /app
COPY --from=build /app .
ENV DOTNET_EnableDiagnostics=0
USER 1654:1654
EXPOSE 8080
ENTRYPOINT ["dotnet", "/app/GovernedFinetune.Operator.dll"]
