# look.sh PATH...: prints those that can be opened for reading or for writing.
for path in "$@"; do
    if [ -d "$path" ]; then
        ls "$path" >/dev/null 2>&1 && echo "opened $path"
    else
        true 2>/dev/null <"$path" && echo "opened $path"
        true 2>/dev/null >>"$path" && echo "wrote $path"
    fi
done
echo looked
