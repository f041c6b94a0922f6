# Operator's own image: of broker, monitor and agent (docker/compose.yaml), of the rate limiter's own
# members, and of the helpers that disturb networks. On Linux, in the sources' directory:
#   npm run build
#   docker build --file docker/operator.Dockerfile --tag operator:0.1.0 .
# EXECUTABLE is another of `npm run build -- --all`: dist/operator-linux-arm64.
# BASE is any image with glibc and a shell, PACKAGES what it lacks of Debian's: empty for nothing.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

ARG PACKAGES="iproute2 iptables wget"
RUN if [ -n "${PACKAGES}" ]; then \
      apt-get update && \
      apt-get install --yes --no-install-recommends ${PACKAGES} && \
      rm -rf /var/lib/apt/lists/*; \
    fi

# Named volumes that are mounted here take over owner and rights.
RUN echo "operator:x:10001:10001:operator:/var/lib/operator:/bin/sh" >> /etc/passwd && \
    echo "operator:x:10001:" >> /etc/group && \
    mkdir -p /var/lib/operator /run/operator && \
    chown 10001:10001 /var/lib/operator /run/operator && \
    chmod 0750 /var/lib/operator /run/operator

ARG EXECUTABLE=dist/operator
COPY ${EXECUTABLE} /usr/local/bin/operator

ENV HOME=/var/lib/operator OPERATOR_HOME=/var/lib/operator
WORKDIR /var/lib/operator
USER 10001:10001

# Exit 3 when the home, the database or the broker that was named cannot be used.
HEALTHCHECK --interval=30s --timeout=10s --start-period=15s --retries=3 \
  CMD ["/usr/local/bin/operator", "doctor"]
ENTRYPOINT ["/usr/local/bin/operator"]
