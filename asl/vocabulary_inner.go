package asl

import "slices"

// The parts of a definition that have fields of their own, beside the states.
const (
	PartMachine         = "Machine"
	PartBranch          = "Branch"
	PartItemProcessor   = "ItemProcessor"
	PartProcessorConfig = "ProcessorConfig"
	PartRetrier         = "Retrier"
	PartCatcher         = "Catcher"
	PartChoiceRule      = "ChoiceRule"
	PartItemReader      = "ItemReader"
	PartReaderConfig    = "ReaderConfig"
	PartItemBatcher     = "ItemBatcher"
	PartResultWriter    = "ResultWriter"
	PartWriterConfig    = "WriterConfig"
	PartCredentials     = "Credentials"
)

// FieldsOfPart lists the fields of a part of a definition.
func FieldsOfPart(part string) []Field {
	switch part {
	case PartMachine:
		return slices.Concat(graphFields(), []Field{
			{Name: "Version", Values: []string{"1.0"}, Doc: "The language's version."},
			{Name: "QueryLanguage", Values: []string{string(JSONPath), string(JSONata)}, Doc: "The language of the expressions in all states; JSONPath by default."},
			{Name: "TimeoutSeconds", Type: IntegerField, Min: 1, Max: maxSeconds, Doc: "How long an execution may take."},
		})
	case PartBranch:
		return graphFields()
	case PartItemProcessor:
		return append(graphFields(), Field{Name: "ProcessorConfig", Type: StructureField, Doc: "How the iterations run."})
	case PartProcessorConfig:
		return []Field{
			{Name: "Mode", Values: []string{"INLINE", "DISTRIBUTED"}, Doc: "INLINE, in this execution, or DISTRIBUTED, each in one of its own."},
			{Name: "ExecutionType", Values: []string{"STANDARD", "EXPRESS"}, Doc: "The type of the executions of a distributed Map."},
		}
	case PartRetrier:
		return retrierFields()
	case PartCatcher:
		return []Field{
			{Name: "ErrorEquals", Type: TextsField, Doc: "The names of the errors; States.ALL for any."},
			{Name: "Next", Doc: "The state that follows."},
			{Name: "ResultPath", Type: ResultField, Language: JSONPath, Doc: "Where in the state's input the error's Error and Cause are put."},
			{Name: "Output", Type: TemplateField, Language: JSONata, Doc: "The state's output; $states.errorOutput has Error and Cause."},
			{Name: "Assign", Type: TemplateField, Doc: "Variables that later states read as $name."},
			{Name: "Comment", Doc: "For people; it has no effect."},
		}
	case PartCredentials:
		return []Field{{Name: "RoleArn", Computed: true, Doc: "The role with which the task calls."}}
	default:
		return mapPartFields(part)
	}
}

func graphFields() []Field {
	return []Field{
		{Name: "Comment", Doc: "For people; it has no effect."},
		{Name: "StartAt", Doc: "The state that runs first."},
		{Name: "States", Type: StructureField, Doc: "The states by name."},
	}
}

func retrierFields() []Field {
	return []Field{
		{Name: "ErrorEquals", Type: TextsField, Doc: "The names of the errors; States.ALL for any."},
		{Name: "IntervalSeconds", Type: IntegerField, Min: 1, Max: maxSeconds, Doc: "The time before the first retry; 1 by default."},
		{Name: "MaxAttempts", Type: IntegerField, Min: 0, Max: maxSeconds, Doc: "How often to try again; 3 by default."},
		{Name: "BackoffRate", Type: NumberField, Min: 1, Doc: "By what the time grows with each retry; 2 by default."},
		{Name: "MaxDelaySeconds", Type: IntegerField, Min: 1, Max: maxRetryDelay, Doc: "The longest time before a retry; more than IntervalSeconds."},
		{Name: "JitterStrategy", Values: []string{"FULL", "NONE"}, Doc: "FULL waits a random part of the time."},
		{Name: "Comment", Doc: "For people; it has no effect."},
	}
}

func mapFields() []Field {
	return []Field{
		{Name: "Items", Type: TemplateField, Language: JSONata, Doc: "The list of items; the state's input by default."},
		{Name: "ItemsPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input the list of items is."},
		{Name: "ItemSelector", Type: TemplateField, Doc: "Each iteration's input, made of the item and the state's input."},
		{Name: "ItemProcessor", Type: StructureField, Doc: "The machine that runs for each item."},
		{Name: "Iterator", Type: StructureField, Doc: "ItemProcessor's older name."},
		{Name: "MaxConcurrency", Type: IntegerField, Min: 0, Max: maxInt32, Computed: true, Doc: "How many iterations run at once; 0 for as many as Step Functions runs."},
		{Name: "MaxConcurrencyPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input MaxConcurrency is."},
		{Name: "ItemReader", Type: StructureField, Doc: "Where a distributed Map reads its items from."},
		{Name: "ItemBatcher", Type: StructureField, Doc: "How many items an iteration of a distributed Map gets."},
		{Name: "ResultWriter", Type: StructureField, Doc: "Where a distributed Map writes its results."},
		{Name: "ToleratedFailureCount", Type: IntegerField, Min: 0, Max: maxInt32, Computed: true, Doc: "How many items may fail before the Map fails."},
		{Name: "ToleratedFailureCountPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input ToleratedFailureCount is."},
		{Name: "ToleratedFailurePercentage", Type: NumberField, Min: 0, Max: 100, Computed: true, Doc: "What percentage of items may fail before the Map fails."},
		{Name: "ToleratedFailurePercentagePath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input ToleratedFailurePercentage is."},
		{Name: "Label", Doc: "A part of the names of a distributed Map's executions; at most 40 characters."},
	}
}

func mapPartFields(part string) []Field {
	switch part {
	case PartItemReader:
		return []Field{
			{Name: "Resource", Doc: "arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2."},
			{Name: "Parameters", Type: TemplateField, Language: JSONPath, Doc: "The Bucket and Key to read."},
			{Name: "Arguments", Type: TemplateField, Language: JSONata, Doc: "The Bucket and Key to read."},
			{Name: "ReaderConfig", Type: StructureField, Doc: "How the items stand in the object."},
		}
	case PartReaderConfig:
		return []Field{
			{Name: "InputType", Values: []string{"CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"}, Doc: "The object's format."},
			{Name: "CSVHeaderLocation", Values: []string{"FIRST_ROW", "GIVEN"}, Doc: "Where the names of a CSV's columns are."},
			{Name: "CSVHeaders", Type: TextsField, Doc: "The names of a CSV's columns."},
			{Name: "CSVDelimiter", Values: []string{"COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"}, Doc: "What stands between a CSV's values."},
			{Name: "ItemsPointer", Doc: "Where in a JSON object the items are, as a JSON Pointer."},
			{Name: "MaxItems", Type: IntegerField, Min: 0, Max: 100_000_000, Computed: true, Doc: "How many items to read at most."},
			{Name: "MaxItemsPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input MaxItems is."},
			{Name: "ManifestType", Values: []string{"ATHENA_DATA", "S3_INVENTORY"}, Doc: "The kind of a MANIFEST."},
			{Name: "Transformation", Values: []string{"NONE", "LOAD_AND_FLATTEN"}, Doc: "Whether to read what is in the listed objects."},
		}
	case PartItemBatcher:
		return []Field{
			{Name: "MaxItemsPerBatch", Type: IntegerField, Min: 1, Max: 100_000_000, Computed: true, Doc: "How many items a batch has at most."},
			{Name: "MaxItemsPerBatchPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input MaxItemsPerBatch is."},
			{Name: "MaxInputBytesPerBatch", Type: IntegerField, Min: 1, Max: 262_144, Computed: true, Doc: "How many bytes of JSON a batch has at most."},
			{Name: "MaxInputBytesPerBatchPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input MaxInputBytesPerBatch is."},
			{Name: "BatchInput", Type: TemplateField, Doc: "What each batch has beside its Items."},
		}
	case PartResultWriter:
		return []Field{
			{Name: "Resource", Doc: "arn:aws:states:::s3:putObject."},
			{Name: "Parameters", Type: TemplateField, Language: JSONPath, Doc: "The Bucket and Prefix to write to."},
			{Name: "Arguments", Type: TemplateField, Language: JSONata, Doc: "The Bucket and Prefix to write to."},
			{Name: "WriterConfig", Type: StructureField, Doc: "What is written."},
		}
	case PartWriterConfig:
		return []Field{
			{Name: "Transformation", Values: []string{"NONE", "COMPACT", "FLATTEN"}, Doc: "Whether results have their execution's data with them."},
			{Name: "OutputType", Values: []string{"JSON", "JSONL"}, Doc: "The format of the results."},
		}
	case PartChoiceRule:
		return slices.Concat([]Field{
			{Name: "Comment", Doc: "For people; it has no effect."},
			{Name: "Condition", Type: ExpressionField, Language: JSONata, Doc: "The rule: an expression that is true or false."},
			{Name: "And", Type: StructureField, Language: JSONPath, Doc: "Holds if all its rules hold."},
			{Name: "Or", Type: StructureField, Language: JSONPath, Doc: "Holds if one of its rules holds."},
			{Name: "Not", Type: StructureField, Language: JSONPath, Doc: "Holds if its rule does not hold."},
			{Name: "Variable", Type: PathField, Language: JSONPath, Doc: "The path to what is compared."},
		}, comparisonFields(), []Field{
			{Name: "Next", Doc: "The state that follows if the rule holds."},
			{Name: "Output", Type: TemplateField, Language: JSONata, Doc: "The state's output if the rule holds."},
			{Name: "Assign", Type: TemplateField, Doc: "Variables that later states read as $name."},
		})
	default:
		return nil
	}
}
