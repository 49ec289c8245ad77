import { describe, expect, it } from "@jest/globals";
import { isAgentAddress } from "../../nomadAgent";

describe("a stack on this clone's agent", () => {
  it.each([
    ["http://127.0.0.1:4746", true],
    ["http://localhost:4746/", true],
    ["http://127.0.0.1:4646", false],
    ["http://nomad.example.com:4746", false],
    ["http://127.0.0.1.example.com:4746", false],
    ["http://127.0.0.1:4746@nomad.example.com", false],
    ["https://127.0.0.1:4746", false],
    ["127.0.0.1:4746", false],
  ])("gets the agent's token only when its address is the agent's own: %s", (address, is) => {
    expect(isAgentAddress(address, "http://127.0.0.1:4746")).toBe(is);
  });
});
