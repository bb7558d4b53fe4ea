/**
 * Terraform's plugin protocol, version 5, as far as a provider of resources and data sources answers it: field numbers and
 * types as published (https://github.com/hashicorp/terraform/tree/main/docs/plugin-protocol), names ours where no message
 * carries them.
 */
import protobuf from 'protobufjs';

const MESSAGES = `
syntax = "proto3";
package tfplugin5;

message Nothing {}
message Value { bytes msgpack = 1; bytes json = 2; }
message Step { oneof selector { string attribute_name = 1; string element_key_string = 2; int64 element_key_int = 3; } }
message Path { repeated Step steps = 1; }
message Diagnostic { int32 severity = 1; string summary = 2; string detail = 3; Path attribute = 4; }
message Diagnostics { repeated Diagnostic diagnostics = 1; }

message Attribute {
  string name = 1; bytes type = 2; string description = 3;
  bool required = 4; bool optional = 5; bool computed = 6; bool sensitive = 7;
}
message NestedBlock { string type_name = 1; Block block = 2; int32 nesting = 3; int64 min_items = 4; int64 max_items = 5; }
message Block { int64 version = 1; repeated Attribute attributes = 2; repeated NestedBlock block_types = 3; }
message Schema { int64 version = 1; Block block = 2; }
message SchemaAnswer {
  Schema provider = 1; map<string, Schema> resource_schemas = 2; map<string, Schema> data_source_schemas = 3;
  repeated Diagnostic diagnostics = 4;
}

message PrepareQuestion { Value config = 1; }
message PrepareAnswer { Value prepared_config = 1; repeated Diagnostic diagnostics = 2; }
message ConfigureQuestion { string terraform_version = 1; Value config = 2; }
message TypeQuestion { string type_name = 1; Value config = 2; }

message RawState { bytes json = 1; }
message UpgradeQuestion { string type_name = 1; int64 version = 2; RawState raw_state = 3; }
message UpgradeAnswer { Value upgraded_state = 1; repeated Diagnostic diagnostics = 2; }
message ReadQuestion { string type_name = 1; Value current_state = 2; bytes private = 3; }
message ReadAnswer { Value new_state = 1; repeated Diagnostic diagnostics = 2; bytes private = 3; }
message PlanQuestion {
  string type_name = 1; Value prior_state = 2; Value proposed_new_state = 3; Value config = 4; bytes prior_private = 5;
}
message PlanAnswer {
  Value planned_state = 1; repeated Path requires_replace = 2; bytes planned_private = 3;
  repeated Diagnostic diagnostics = 4; bool legacy_type_system = 5;
}
message ApplyQuestion {
  string type_name = 1; Value prior_state = 2; Value planned_state = 3; Value config = 4; bytes planned_private = 5;
}
message ApplyAnswer {
  Value new_state = 1; bytes private = 2; repeated Diagnostic diagnostics = 3; bool legacy_type_system = 4;
}
message DataAnswer { Value state = 1; repeated Diagnostic diagnostics = 2; }
message StopAnswer { string Error = 1; }

service Provider {
  rpc GetSchema(Nothing) returns (SchemaAnswer);
  rpc PrepareProviderConfig(PrepareQuestion) returns (PrepareAnswer);
  rpc ValidateResourceTypeConfig(TypeQuestion) returns (Diagnostics);
  rpc ValidateDataSourceConfig(TypeQuestion) returns (Diagnostics);
  rpc UpgradeResourceState(UpgradeQuestion) returns (UpgradeAnswer);
  rpc Configure(ConfigureQuestion) returns (Diagnostics);
  rpc ReadResource(ReadQuestion) returns (ReadAnswer);
  rpc PlanResourceChange(PlanQuestion) returns (PlanAnswer);
  rpc ApplyResourceChange(ApplyQuestion) returns (ApplyAnswer);
  rpc ReadDataSource(TypeQuestion) returns (DataAnswer);
  rpc Stop(Nothing) returns (StopAnswer);
}`;

/** The service that a provider offers. */
export const providerService: protobuf.Service = protobuf
  .parse(MESSAGES, { keepCase: true })
  .root.lookupService('tfplugin5.Provider');

/** `NestedBlock.nesting`. */
export const NESTING = { SINGLE: 1, LIST: 2, SET: 3 } as const;

/** `Diagnostic.severity`. */
export const SEVERITY = { ERROR: 1, WARNING: 2 } as const;
