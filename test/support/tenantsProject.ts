/** A project of django-tenants: a schema for each office, and a model in each of them. */

import { databaseEnv, type DjangoProject, type TestDatabase, createDjangoProject } from "./djangoProject";
import { run } from "../../commands/base/run";

/** The app that each tenant has, with the model Invoice. */
const tenantApp = "ledger";

export const uniqueNumber = {
  name: "0002_unique_number",
  operations: ['migrations.AlterField("Invoice", "number", models.CharField(max_length=20, unique=True))'],
};

/** Its tables are not there yet. @param settings Python lines at the end of the settings. */
export function createTenantsProject(settings = ""): DjangoProject {
  const project = createDjangoProject(
    {
      [tenantApp]: [
        {
          name: "0001_initial",
          operations: [
            'migrations.CreateModel("Invoice", [("id", models.AutoField(primary_key=True)), ("number", models.CharField(max_length=20))])',
          ],
        },
      ],
      offices: [
        {
          name: "0001_initial",
          operations: [
            'migrations.CreateModel("Office", [("id", models.AutoField(primary_key=True)), ' +
              '("schema_name", models.CharField(max_length=63, unique=True))])',
            'migrations.CreateModel("Address", [("id", models.AutoField(primary_key=True)), ' +
              '("domain", models.CharField(max_length=253, unique=True)), ("is_primary", models.BooleanField(default=True)), ' +
              '("tenant", models.ForeignKey("offices.Office", models.CASCADE, related_name="domains"))])',
          ],
        },
      ],
    },
    `${SETTINGS}${settings}`,
  );
  project.addFile(
    `${tenantApp}/models.py`,
    "from django.db import models\nclass Invoice(models.Model):\n    number = models.CharField(max_length=20)\n",
  );
  project.addFile(
    "offices/models.py",
    [
      "from django_tenants.models import DomainMixin, TenantMixin",
      "class Office(TenantMixin):",
      "    pass",
      "class Address(DomainMixin):",
      "    pass",
    ].join("\n"),
  );
  return project;
}

/** The database as the project's settings take it. */
export function tenantsDatabase(database: TestDatabase): TestDatabase {
  return { ...database, engine: "django_tenants.postgresql_backend" };
}

/** Makes tenants, each with its schema unless told otherwise. */
export async function addTenants(
  python: string,
  project: DjangoProject,
  database: TestDatabase,
  names: readonly string[],
  withSchema = true,
): Promise<void> {
  const program = `
import django
django.setup()
from offices.models import Office
for name in ${JSON.stringify(names)}:
    office = Office(schema_name=name)
    office.auto_create_schema = ${withSchema ? "True" : "False"}
    office.save(verbosity=0)
`;
  await run(python, ["-c", program], {
    cwd: project.directory,
    env: {
      ...process.env,
      ...databaseEnv({ default: database }),
      DJANGO_SETTINGS_MODULE: "test_settings",
    },
  });
}

const SETTINGS = `
SHARED_APPS = ["django_tenants", "django.contrib.contenttypes", "offices"]
TENANT_APPS = ["${tenantApp}"]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS
TENANT_MODEL = "offices.Office"
TENANT_DOMAIN_MODEL = "offices.Address"
TENANT_MIGRATION_ORDER = ["schema_name"]
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
`;
