// The limiter in containers: the compose file, what it mounts, and who of it is a member.
import type { DockerMemberPlan, DockerPlan } from "../../src/domain/subject.ts";
import dashboard from "./compose/dashboard.json" with { type: "text" };
import grafanaDashboards from "./compose/grafana-dashboards.yaml" with { type: "text" };
import grafanaSource from "./compose/grafana-source.yaml" with { type: "text" };
import prometheus from "./compose/prometheus.yaml" with { type: "text" };
import redisStart from "./compose/redis-start.txt" with { type: "text" };
import rules from "./compose/rules.yaml" with { type: "text" };
import compose from "./compose.yaml" with { type: "text" };
import { TOKEN_VARIABLE } from "./member-plan.ts";
import { containerRedisConfig } from "./redis/config.ts";

export const limiterDocker: DockerPlan = {
  files: {
    "compose.yaml": compose,
    "redis.conf": containerRedisConfig(),
    "redis-start.sh": redisStart,
    "prometheus.yaml": prometheus,
    "rules.yaml": rules,
    "grafana-source.yaml": grafanaSource,
    "grafana-dashboards.yaml": grafanaDashboards,
    "dashboard.json": String(dashboard),
  },
  members: [
    {
      name: "redis",
      role: "redis",
      image: "OPERATOR_IMAGE_REDIS",
      ports: { client: "OPERATOR_PORT_REDIS" },
    },
    own("proxy", "proxy", { control: "OPERATOR_PORT_PROXY" }),
    own("jobs", "jobs", { control: "OPERATOR_PORT_JOBS" }),
    ...["node1", "node2", "node3"].map(node),
  ],
  settings: { token: TOKEN_VARIABLE },
};

function node(name: string): DockerMemberPlan {
  const api = `OPERATOR_PORT_${name.toUpperCase()}`;
  return own(name, "limiter", { api, manage: `${api}_MANAGE` });
}

function own(name: string, role: string, ports: DockerMemberPlan["ports"]): DockerMemberPlan {
  return { name, role, image: "OPERATOR_IMAGE_OPERATOR", ports };
}
