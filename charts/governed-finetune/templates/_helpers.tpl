{{- define "governed-finetune.selector" -}}
app.kubernetes.io/name: governed-finetune
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "governed-finetune.labels" -}}
{{ include "governed-finetune.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "governed-finetune.image" -}}
{{- if .Values.image.digest -}}
{{ printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else -}}
{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end -}}
{{- end }}

{{- define "governed-finetune.config" -}}
{{- if not .Values.config.profiles -}}
{{- fail "config.profiles is empty: the operator needs at least one profile. ci/example-values.yaml has a whole one, docs/configuration.md describes every field." -}}
{{- end -}}
{{ toPrettyJson .Values.config }}
{{- end }}

{{- define "governed-finetune.lease" -}}
{{- $election := .Values.config.leaderElection -}}
{{- $name := "" -}}
{{- if kindIs "map" $election -}}{{- $name = $election.leaseName -}}{{- end -}}
{{ $name | default "governed-finetune-leader" }}
{{- end }}

{{/* The documents of a file: a list below the key "documents". */}}
{{- define "governed-finetune.documents" -}}
documents:
{{- range splitList "\n---\n" . }}
  - {{ fromYaml . | toJson }}
{{- end }}
{{- end }}
