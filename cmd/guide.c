/* The guide for authors of pages: what stands in the tables that schema and functions print, told as Markdown. */

#include "cmd/cmd.h"

static const char page_shape[] =
	"# Writing a check\n"
	"\n"
	"A check is a Markdown page. `plumbline checks new s3_bucket_mine --checks-dir my-checks` writes one to\n"
	"start from; `plumbline checks test s3_bucket_mine --checks-dir my-checks` runs its examples and tries to\n"
	"refute what it claims; `--checks-dir my-checks` adds it to a scan. Its path is its id:\n"
	"`my-checks/s3/bucket_mine.md` is `s3_bucket_mine`. `plumbline checks show s3_bucket_versioned` prints a\n"
	"built-in one as a model.\n"
	"\n"
	"## The parts of a page\n"
	"\n"
	"1. Front matter between lines of dashes.\n"
	"2. `# Title`: the good state, one sentence, without \"should\".\n"
	"3. The reason, in two sentences that a manager understands.\n"
	"4. A fence `sql`: one row per resource with `arn`, `verdict` (pass, fail, or unknown with a `reason`),\n"
	"   `observed` (what was seen, in words) and, where a verdict rests on rows of other tables, `through`\n"
	"   (their ARN, or a JSON array of them).\n"
	"5. `## Fix`: fences `sh`, `hcl`, `yaml`. `{{column}}` becomes a quoted word of the fence's language from\n"
	"   the resource's own row, `{{column|id}}` an identifier, `{{column|text}}` the inside of a string that is\n"
	"   quoted there already, `{{column|json}}` a JSON string. `{{partition}}` is the account's.\n"
	"6. `## Examples`: a table whose first column is `case`; each case is an account of its own. The first\n"
	"   table is the page's resource; `### NAME` begins a further one. A cell `!Operation Code` refuses that\n"
	"   call. There must be a case of pass, of fail, and of unknown where a call can be refused.\n"
	"\n"
	"## Front matter\n"
	"\n"
	"| key | what it says |\n"
	"|---|---|\n"
	"| severity | critical, high, medium or low |\n"
	"| resource | the table or view whose rows are judged; `account` and `region` are tables too |\n"
	"| applies | an expression over the row; where it is false the answer is not_applicable |\n"
	"| doubt | `account` where a regional page looks across regions: then every refusal reaches every row |\n"
	"| conclusive | `pass` or `fail`: that verdict stands whatever a refused call would have added |\n"
	"| parameters | names with defaults, `:name` in the query; plumbline.yaml overrides them |\n"
	"| see | links |\n"
	"\n"
	"## What a query may do\n"
	"\n"
	"Read the tables below, call the functions below and those of SQLite that look at their arguments only.\n"
	"`USING`, `NATURAL`, `FULL` and `RIGHT JOIN`, dates of SQLite and a CTE named as a table are refused,\n"
	"because what is read could not be told. NULL means that AWS says: not set. A function that judges may\n"
	"answer NULL: it could not tell, and the verdict must then be unknown. Reading the page's own table a\n"
	"second time lets one unreadable row put all others in doubt: prefer `LEFT JOIN … GROUP BY`.\n"
	"\n"
	"## Frameworks of your own\n"
	"\n"
	"`my-checks/frameworks/house_rules.md` is the framework `house_rules`: front matter with a `title`, a\n"
	"paragraph, and a table `| control | title | kind | checks |`, where kind is `automated` or `attest` and\n"
	"checks are like `s3_bucket_mine full, s3_bucket_versioned partial`. It is in every report, and\n"
	"`--framework house_rules` chooses its checks.\n"
	"\n";

static void
print_functions(void)
{
	puts("## Functions\n\n| function | answers |\n|---|---|");
	for (size_t i = 0; i < function_count; i++)
		printf("| `%s(%s)` | %s%s |\n", functions[i].name, functions[i].arguments,
		       functions[i].answers,
		       functions[i].judging ? " (judging: may be NULL)" : "");
}

static void
print_tables(const struct schema *schema)
{
	puts("\n## Tables\n\n`account_id`, `region` and, for resources, `arn` and `name` are in each; lists inside a\n"
	     "resource have `parent_arn`.\n");
	for (size_t i = 0; i < schema->table_count; i++) {
		const struct schema_table *table = &schema->tables[i];
		const char *between = "";

		printf("- **%s**%s%s:", table->name, table->of >= 0 ? " inside " : "",
		       table->of >= 0 ? schema->tables[table->of].name : "");
		for (size_t j = 0; j < table->column_count; j++)
			if (table->columns[j].path != NULL) {
				printf("%s %s", between, table->columns[j].name);
				between = ",";
			}
		putchar('\n');
	}
	puts("\n## Views\n");
	for (size_t i = 0; i < schema->view_count; i++) {
		printf("- **%s**:", schema->views[i].name);
		for (size_t j = 0; j < schema->views[i].column_count; j++)
			printf("%s %s", j > 0 ? "," : "", schema->views[i].columns[j]);
		putchar('\n');
	}
}

/* Pages too, in checks/views. */
static void
print_join_views(const struct check_set *set)
{
	puts("\n## Views that join\n\n`plumbline query FILE \"SELECT * FROM NAME\"` prints one.\n");
	for (size_t i = 0; i < checks_view_count(set); i++) {
		const char *title, *name = checks_view(set, i, &title);

		printf("- **%s**: %s\n", name, title);
	}
	puts("\nWho may switch the account's logs off, control policies of the organization included:\n\n"
	     "```sh\n"
	     "plumbline query evidence.db \"SELECT principal_arn, policy_decision(documents, json_object(\n"
	     "  'principal', principal_arn, 'action', 'cloudtrail:StopLogging', 'resource', '*', 'complete', 0)) AS decision\n"
	     "  FROM effective_policy WHERE decision <> 'not_allowed'\"\n"
	     "```\n"
	     "\n"
	     "A file holds what its checks asked for: `organizations_scp_attached` reads the control policies.");
}

void
guide_print(const struct schema *schema, const struct check_set *set)
{
	fputs(page_shape, stdout);
	print_functions();
	print_tables(schema);
	print_join_views(set);
}
