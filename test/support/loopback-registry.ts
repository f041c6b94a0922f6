// A registry of images on loopback, which an engine asks without TLS: one image of one small layer.
// Endpoints as in the OCI distribution specification: manifests by tag or digest, blobs by digest.

export interface LoopbackRegistry extends AsyncDisposable {
  /** As an engine is told to pull it. */
  readonly image: string;
}

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIG = "application/vnd.docker.container.image.v1+json";
const LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

interface Blob {
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export async function serveRegistry(): Promise<LoopbackRegistry> {
  const tar = Uint8Array.from(await new Bun.Archive({ "hello.txt": "hello\n" }).bytes());
  const layer = blobOf(Bun.gzipSync(tar));
  const rootfs = { type: "layers", diff_ids: [blobOf(tar).digest] };
  const config = blobOf(json({ architecture: architecture(), os: "linux", config: {}, rootfs }));
  const manifest = blobOf(
    json({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, size: config.bytes.length, digest: config.digest },
      layers: [{ mediaType: LAYER, size: layer.bytes.length, digest: layer.digest }],
    }),
  );
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/v2/") return Response.json({});
      const [kind, name] = pathname.split("/").slice(-2);
      if (kind === "manifests") return answer(manifest, MANIFEST);
      const found = [config, layer].find(({ digest }) => digest === name);
      return found ? answer(found, "application/octet-stream") : new Response("", { status: 404 });
    },
  });
  return {
    image: `127.0.0.1:${server.port}/small:1`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function answer({ bytes, digest }: Blob, type: string): Response {
  return new Response(bytes, {
    headers: { "content-type": type, "docker-content-digest": digest },
  });
}

function blobOf(bytes: Uint8Array<ArrayBuffer>): Blob {
  const digest = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  return { digest: `sha256:${digest}`, bytes };
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(JSON.stringify(value)));
}

/** In Docker's words. */
function architecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
