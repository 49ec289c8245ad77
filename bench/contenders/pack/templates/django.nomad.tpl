job [[ var "job_name" . | quote ]] {
  datacenters = ["*"]
  type        = "service"

  group "app" {
    count = [[ var "count" . ]]

    network {
      port "http" {
        to = 8000
      }
    }

    restart {
      attempts = 2
      interval = "30m"
      delay    = "15s"
      mode     = "fail"
    }

[[- if var "min_healthy_time" . ]]

    update {
      min_healthy_time = [[ var "min_healthy_time" . | quote ]]
    }
[[- end ]]

    service {
      name     = [[ var "job_name" . | quote ]]
      port     = "http"
      provider = "nomad"

      check {
        type     = "http"
        path     = [[ var "check_path" . | quote ]]
        interval = [[ var "check_interval" . | quote ]]
        timeout  = [[ var "check_timeout" . | quote ]]
      }
    }

    task "migrate" {
      driver = "docker"

      lifecycle {
        hook    = "prestart"
        sidecar = false
      }

      config {
        image   = [[ var "django_image" . | quote ]]
        command = "/gate/wait_for_migration.sh"

        mount {
          type   = "bind"
          source = "local"
          target = "/gate"
        }
      }

      template {
        destination = "local/wait_for_migration.sh"
        perms       = "0755"
        change_mode = "noop"
        data        = <<EOF
#!/bin/bash
if [ "$NOMAD_ALLOC_INDEX" = 0 ]; then
  exec ./manage.py migrate
fi
looks=0
until ./manage.py migrate --check; do
  looks=$((looks + 1))
  if [ "$looks" -ge [[ var "migration_poll_iters" . ]] ]; then
    exit 1
  fi
  sleep [[ var "migration_poll_seconds" . ]]
done
EOF
      }

      env {
[[- range $name, $value := var "env_vars" . ]]
        [[ $name ]] = [[ $value | quote ]]
[[- end ]]
      }

      resources {
        cpu    = [[ (var "server_resources" .).cpu ]]
        memory = [[ (var "server_resources" .).memory ]]
      }
    }

    task "server" {
      driver = "docker"

      config {
        image = [[ var "django_image" . | quote ]]
        ports = ["http"]
      }

      env {
[[- range $name, $value := var "env_vars" . ]]
        [[ $name ]] = [[ $value | quote ]]
[[- end ]]
      }

      resources {
        cpu    = [[ (var "server_resources" .).cpu ]]
        memory = [[ (var "server_resources" .).memory ]]
      }
    }
  }
}
