#include "cli/serve_options.h"
#include "docgen/docgen.h"
#include "serve/model.h"
#include "serve/services.h"

void man_add_services(struct text *t)
{
	text_add_str(t, ".Bl -tag -width discard -compact\n");
	for (size_t i = 0; i < services_count; i++) {
		char help[256];
		struct text h = TEXT_OVER(help);

		text_add(&h, "%s%s", services_table[i]->help,
		         services_table[i]->over & SERVICE_DATAGRAM ? "" : "; not for datagrams");
		text_add(t, ".It Cm %s\n", services_table[i]->name);
		man_add_phrase(t, help);
	}
	text_add_str(t, ".El\n");
}

void man_add_models(struct text *t)
{
	text_add_str(t, ".Bl -tag -width iterative -compact\n");
	for (size_t i = 0; i < serve_models_count; i++) {
		text_add(t, ".It Cm %s\n", serve_models[i]->name);
		man_add_phrase(t, serve_models[i]->help);
	}
	text_add_str(t, ".El\n");
}
