{{- define "terminal-gateway.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "terminal-gateway.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "terminal-gateway.labels" -}}
{{ include "terminal-gateway.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "terminal-gateway.metadata" -}}
name: {{ include "terminal-gateway.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "terminal-gateway.labels" . | nindent 2 }}
{{- end }}

{{/* Exactly one way to the store. */}}
{{- define "terminal-gateway.store" -}}
{{- if and .Values.redis.sentinels .Values.redis.clusterNodes }}
{{- fail "redis.sentinels and redis.clusterNodes exclude each other" }}
{{- end }}
{{- if .Values.redis.sentinels }}
- name: REDIS_SENTINELS
  value: {{ join "," .Values.redis.sentinels | quote }}
- name: REDIS_SENTINEL_NAME
  value: {{ required "redis.sentinelName is needed with redis.sentinels" .Values.redis.sentinelName | quote }}
{{- else if .Values.redis.clusterNodes }}
- name: REDIS_CLUSTER_NODES
  value: {{ join "," .Values.redis.clusterNodes | quote }}
{{- else }}
- name: REDIS_URL
  valueFrom: { secretKeyRef: { name: {{ .Values.redis.urlSecret.name }}, key: {{ .Values.redis.urlSecret.key }} } }
{{- end }}
{{- end }}
