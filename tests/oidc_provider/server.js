// A certified provider of OpenID Connect, with the keys and clients that a test gives it as JSON on the command line. Whoever names
// themselves is signed in as that; an access token is a JWT where a client asks for one for a resource. Each time that its keys are asked for,
// it says so in a line.
import Provider from "oidc-provider";

const { port, keys, clients, accessSeconds } = JSON.parse(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks: { keys },
  cookies: { keys: ["a test's"] },
  ttl: { AccessToken: accessSeconds, Interaction: 600, Grant: 600, IdToken: 600, Session: 600 },
  async findAccount(_, id) {
    return { accountId: id, claims: () => ({ sub: id }) };
  },
  enabledJWA: {
    idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA", "HS256"],
  },
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      async getResourceServerInfo(_, resource) {
        return { scope: "openid", audience: resource, accessTokenFormat: "jwt", accessTokenTTL: accessSeconds, jwt: { sign: { alg: keys[0].alg } } };
      },
    },
    clientCredentials: { enabled: true },
  },
});
provider.use(async (context, next) => {
  if (context.path === "/jwks") console.log("keys");
  await next();
});
provider.listen(port, "127.0.0.1");
