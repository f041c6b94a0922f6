// How a person names a rate limiter that runs elsewhere. Apart, for every command knows it.
import type { EndpointPlan } from "../../src/domain/subject.ts";

export const limiterEndpoints: readonly EndpointPlan[] = [
  {
    flag: "limiter",
    variable: "RATELIMITER_URL",
    describes: "Nodes of a rate limiter that runs elsewhere",
    schemes: ["http:", "https:"],
    example: "http://host:8080",
  },
  {
    flag: "redis",
    variable: "REDIS_URL",
    describes: "Its Redis",
    schemes: ["redis:", "rediss:"],
    example: "redis://host:6379",
  },
];
