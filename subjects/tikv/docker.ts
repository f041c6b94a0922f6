// TiKV in containers: the compose file, what it mounts, and who of it is a member.
import type { DockerMemberPlan, DockerPlan } from "../../src/domain/subject.ts";
import dashboard from "./compose/dashboard.json" with { type: "text" };
import grafanaDashboards from "./compose/grafana-dashboards.yaml" with { type: "text" };
import grafanaSource from "./compose/grafana-source.yaml" with { type: "text" };
import prometheus from "./compose/prometheus.yaml" with { type: "text" };
import rules from "./compose/rules.yaml" with { type: "text" };
import compose from "./compose.yaml" with { type: "text" };
import { ycsbLoad } from "./workload/ycsb/load.ts";

export const tikvDocker: DockerPlan = {
  files: {
    "compose.yaml": compose,
    "prometheus.yaml": prometheus,
    "rules.yaml": rules,
    "grafana-source.yaml": grafanaSource,
    "grafana-dashboards.yaml": grafanaDashboards,
    "dashboard.json": String(dashboard),
  },
  members: [
    ...["pd1", "pd2", "pd3"].map(placementDriver),
    ...["tikv1", "tikv2", "tikv3"].map(store),
  ],
  load: ycsbLoad,
};

function placementDriver(name: string): DockerMemberPlan {
  return { name, role: "pd", image: "OPERATOR_IMAGE_PD", ports: { client: portOf(name) } };
}

function store(name: string): DockerMemberPlan {
  const ports = { client: portOf(name), status: `${portOf(name)}_STATUS` };
  return { name, role: "tikv", image: "OPERATOR_IMAGE_TIKV", ports };
}

function portOf(name: string): string {
  return `OPERATOR_PORT_${name.toUpperCase()}`;
}
