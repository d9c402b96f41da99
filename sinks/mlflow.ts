/**
 * Runs in an MLflow tracking server.
 *
 * @module
 */
import { z } from "zod";
import { MlflowLog } from "./mlflow/log.ts";
import { defineSink, type SinkPlugin } from "./sink.ts";

/**
 * Sends a run to MLflow by its REST interface: parameters, the numbers of each logged step, figures, how it ended.
 *
 * It queues and never waits while training goes on. A run is found again by its id, and the server keeps the last step
 * that it was sent, so that a run that goes on sends no step twice.
 */
export const mlflow: SinkPlugin = defineSink({
  name: "mlflow",
  version: "1.0.0",
  summary: "Runs in an MLflow tracking server",
  reference: "https://mlflow.org/docs/latest/rest-api.html",
  notes: [
    "It needs the network, which no task has but ablate-net and log-net, for a server on this machine; for another one the command says what to start",
    "A server that is away or slow never holds training up: what is missed is sent when it answers, and what is left at the end by deno task log-net",
    "No credentials: they would stand in plan.json; a server that wants some is reached through a proxy of your own",
  ],
  params: z.strictObject({
    uri: z.string().default("http://127.0.0.1:5000").refine(isAddress, {
      error: "write it as http://127.0.0.1:5000, without a user, a password or a query",
    }).describe("Address of the server"),
    experiment: z.string().min(1).max(250).nullable().default(null).describe(
      "Experiment in MLflow, made where it is not there; null for the name of the experiment",
    ),
    patience: z.number().min(0).max(600).default(10).describe(
      "Seconds that the end of a run waits for the server to take what is left",
    ),
  }),
  hosts: ({ uri }) => [hostOf(uri)],
  open: (params, means) => new MlflowLog(params, means),
});

function isAddress(text: string): boolean {
  const { protocol, username, password, search, hash } = URL.parse(text) ?? {};
  return (protocol === "http:" || protocol === "https:") && !username && !password && !search && !hash;
}

function hostOf(uri: string): string {
  const { hostname, port, protocol } = new URL(uri);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
