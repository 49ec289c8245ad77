# One URL that stays: HAProxy in front of a service of Nomad's own catalog. README.md tells more.

variable "service" {
  type        = string
  description = "The application's httpService.serviceName; both are in one namespace."
}

variable "port" {
  type        = number
  default     = 80
  description = "On every client that runs an ingress."
}

variable "count" {
  type        = number
  default     = 2
  description = "Each is on a client of its own."
}

variable "check_path" {
  type    = string
  default = "/"
}

variable "check_host" {
  type        = string
  default     = "localhost"
  description = "A name that ALLOWED_HOSTS allows."
}

variable "check_headers" {
  type        = map(string)
  default     = {}
  description = "More headers of the check, and Host and X-Forwarded-Proto (https) instead of those that it has."
}

variable "check_status" {
  type        = string
  default     = "200-399"
  description = "Statuses with which an instance counts as up."
}

variable "instance_requests" {
  type        = number
  default     = 0
  description = "Requests that one instance works on at once: its workers times their threads. 0 is no limit."
}

variable "image" {
  type    = string
  default = "haproxy:3.0"
}

variable "name" {
  type        = string
  default     = ""
  description = "Of the job and of its own service. Unless set, ingress-SERVICE: one ingress never replaces another's job."
}

variable "namespace" {
  type    = string
  default = "default"
}

variable "datacenters" {
  type    = list(string)
  default = ["*"]
}

variable "shutdown_delay" {
  type        = string
  default     = "5s"
  description = "From leaving Nomad's catalog to the stop signal: who reads the catalog forgets it meanwhile."
}

variable "stop_notice" {
  type        = string
  default     = "10s"
  description = "From the stop signal to the end of the listener: load balancers see it fail its ready path. At most 10s."
}

variable "ready_path" {
  type        = string
  default     = "/ingress-ready"
  description = "Answers 200 while requests may be sent here, else 503. The application never sees it."
}

variable "trust_forwarded_proto" {
  type        = bool
  default     = false
  description = "Keeps X-Forwarded-Proto of requests that have it. For a load balancer that ends TLS, if all requests come through it."
}

variable "min_healthy_time" {
  type    = string
  default = "5s"
}

variable "network_mode" {
  type        = string
  default     = "bridge"
  description = "Docker's. `host` where the instances are registered with an address that only their machine knows."
}

variable "address" {
  type        = string
  default     = "*"
  description = "What HAProxy listens on: of its container, or of the machine with the network mode `host`."
}

locals {
  name = var.name != "" ? var.name : "ingress-${var.service}"
  check_headers = merge(
    { host = var.check_host, x-forwarded-proto = "https" },
    { for name, value in var.check_headers : lower(name) => value },
  )
}

job "ingress" {
  id          = local.name
  name        = local.name
  namespace   = var.namespace
  datacenters = var.datacenters
  type        = "service"

  group "haproxy" {
    count = var.count

    constraint {
      distinct_hosts = true
    }

    network {
      port "http" {
        static = var.port
      }
      port "health" {}
    }

    # One after the other; what is in front of them, or DNS, takes the other one meanwhile.
    update {
      max_parallel     = 1
      min_healthy_time = var.min_healthy_time
      auto_revert      = true
    }

    task "haproxy" {
      driver = "docker"

      config {
        image        = var.image
        command      = "haproxy"
        args         = ["-db", "-f", "/local/haproxy.cfg"]
        network_mode = var.network_mode
        ports        = ["http", "health"]
      }

      env {
        INGRESS_ADDRESS       = var.address
        CHECK_PATH            = var.check_path
        CHECK_STATUS          = var.check_status
        INSTANCE_REQUESTS     = var.instance_requests
        STOP_NOTICE           = var.stop_notice
        READY_PATH            = var.ready_path
        TRUST_FORWARDED_PROTO = var.trust_forwarded_proto
        SERVICE               = var.service
        # Base64: a value may hold what means something to HAProxy or to Nomad, such as a space, a quote or a %.
        CHECK_HEADERS = join(" ", [
          for name, value in local.check_headers : "hdr ${name} %[str(${base64encode(value)}),b64dec]"
        ])
      }

      template {
        destination = "local/haproxy.cfg"
        data        = file("haproxy.cfg")
        change_mode = "restart"
      }

      template {
        destination = "local/follow.lua"
        data        = file("follow.lua")
        change_mode = "restart"
      }

      # The one thing that changes while HAProxy runs. follow.lua reads it five times a second.
      template {
        destination = "local/servers"
        change_mode = "noop"
        # Nomad would wait 5 seconds for further changes: by then an instance that has left the catalog stops.
        wait {
          min = "200ms"
          max = "1s"
        }
        data = <<EOT
{{ range nomadService (env "SERVICE") }}{{ .ID }} {{ .Address }} {{ .Port }}
{{ end }}
EOT
      }

      service {
        # Never the application's: the proxy would list itself.
        name         = local.name == var.service ? "${local.name}-proxy" : local.name
        provider     = "nomad"
        port         = "http"
        address_mode = "host"

        check {
          type     = "http"
          port     = "health"
          path     = "/"
          interval = "2s"
          timeout  = "2s"
        }
      }

      # Stops softly: it says so, then takes no new connections and answers what is on its way.
      kill_signal    = "SIGUSR1"
      kill_timeout   = "30s"
      shutdown_delay = var.shutdown_delay

      resources {
        cpu    = 500
        memory = 128
      }
    }
  }
}
