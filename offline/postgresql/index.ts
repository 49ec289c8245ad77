import { serve } from "../host/server";
import { postgresqlProvider } from "./provider";

void serve(postgresqlProvider());
