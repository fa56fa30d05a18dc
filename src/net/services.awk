# services.txt (name port/proto alias...) as rows of a C array, in the order of the file.
{ sub(/#.*/, "") }
NF {
	split($2, at, "/")
	aliases = ""
	for (i = 3; i <= NF; i++)
		aliases = aliases (i > 3 ? " " : "") $i
	printf "{ \"%s\", %d, \"%s\", \"%s\" },\n", $1, at[1], at[2], aliases
}
