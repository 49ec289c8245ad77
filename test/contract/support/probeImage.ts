import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** One program that can be a container's main process and its healthcheck. */
const PROGRAM = `package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	command := append(os.Args[1:], "sleep")
	switch command[0] {
	case "sleep":
		fmt.Println("sleeping")
		ended := make(chan os.Signal, 1)
		signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
		<-ended
	case "exit":
		fmt.Println("about to exit")
		milliseconds, _ := strconv.Atoi(command[2])
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
		code, _ := strconv.Atoi(command[1])
		os.Exit(code)
	case "cat":
		content, err := os.ReadFile(command[1])
		if err != nil {
			panic(err)
		}
		fmt.Print(string(content))
	}
}
`;

/** A healthcheck of the image that always passes, and one that never does. */
export const PASSING = ["CMD", "/probe", "exit", "0", "0"];
export const FAILING = ["CMD", "/probe", "exit", "1", "0"];

/**
 * An image of a few megabytes with a static program in it: `sleep`, `exit CODE MILLISECONDS`, `cat FILE`.
 * Nothing is pulled for it. Returns its name and what removes it again.
 */
export async function probeImage(): Promise<{ name: string; remove: () => Promise<void> }> {
  const name = `django-nomad-probe:${randomBytes(4).toString("hex")}`;
  const folder = await mkdtemp(join(tmpdir(), "probe-"));
  try {
    await writeFile(join(folder, "main.go"), PROGRAM);
    await exec("go", ["build", "-ldflags", "-s -w", "-o", "probe", "main.go"], {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
    });
    await exec("tar", ["-cf", "image.tar", "probe"], { cwd: folder });
    await exec("docker", ["import", "--change", 'ENTRYPOINT ["/probe"]', "image.tar", name], { cwd: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { name, remove: async () => void (await exec("docker", ["rmi", "-f", name])) };
}
